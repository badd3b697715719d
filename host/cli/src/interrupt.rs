//! SIGINT and SIGTERM.

use std::cell::Cell;

use tokio::signal;

use crate::exit;

/// Waits for the first signal that asks the process to stop, and remembers which it was.
#[derive(Debug, Default)]
pub(crate) struct Interrupt {
    exit: Cell<Option<u8>>,
}

impl Interrupt {
    /// Returns once the process is asked to stop.
    pub(crate) async fn wait(&self) {
        self.exit.set(Some(next().await));
    }

    /// The exit code that says which signal it was.
    pub(crate) fn exit_code(&self) -> u8 {
        self.exit.get().unwrap_or(exit::INTERRUPTED)
    }
}

#[cfg(unix)]
async fn next() -> u8 {
    let terminate = signal::unix::signal(signal::unix::SignalKind::terminate());
    let terminated = async {
        match terminate {
            Ok(mut signals) => signals.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = signal::ctrl_c() => exit::INTERRUPTED,
        _ = terminated => exit::TERMINATED,
    }
}

#[cfg(not(unix))]
async fn next() -> u8 {
    let _ = signal::ctrl_c().await;
    exit::INTERRUPTED
}
