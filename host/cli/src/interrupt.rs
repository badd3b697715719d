//! SIGINT and SIGTERM: the first one asks the process to stop, a second one of either kind ends it at once.

#[cfg(unix)]
use std::sync::{Arc, atomic::AtomicBool};

use tokio::signal;

use crate::exit;

/// Hears the signals that ask the process to stop, and remembers which was the first.
pub(crate) struct Interrupt {
    #[cfg(unix)]
    interrupted: Option<signal::unix::Signal>,
    #[cfg(unix)]
    terminated: Option<signal::unix::Signal>,
    exit: u8,
}

impl Interrupt {
    /// Listens from now on: no signal ends the process by itself any more, until the second.
    #[cfg(unix)]
    pub(crate) fn listen() -> Interrupt {
        use signal::unix::{SignalKind, signal};
        let hurried = Arc::new(AtomicBool::new(false));
        let heard = |kind: SignalKind, code: u8| {
            end_at_second(kind, code, &hurried);
            signal(kind).ok()
        };
        Interrupt {
            interrupted: heard(SignalKind::interrupt(), exit::INTERRUPTED),
            terminated: heard(SignalKind::terminate(), exit::TERMINATED),
            exit: exit::INTERRUPTED,
        }
    }

    /// Listens from now on.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> Interrupt {
        Interrupt { exit: exit::INTERRUPTED }
    }

    /// Returns once the process is asked to stop.
    #[cfg(unix)]
    pub(crate) async fn wait(&mut self) {
        self.exit = tokio::select! {
            () = next(&mut self.interrupted) => exit::INTERRUPTED,
            () = next(&mut self.terminated) => exit::TERMINATED,
        };
    }

    /// Returns once the process is asked to stop.
    #[cfg(not(unix))]
    pub(crate) async fn wait(&mut self) {
        let _ = signal::ctrl_c().await;
    }

    /// The exit code that says which signal it was.
    pub(crate) fn exit_code(&self) -> u8 {
        self.exit
    }
}

/// Ends the process in the signal's handler, whatever it is busy with, if another one was heard before.
#[cfg(unix)]
fn end_at_second(kind: signal::unix::SignalKind, code: u8, hurried: &Arc<AtomicBool>) {
    use signal_hook::flag;
    let kind = kind.as_raw_value();
    let shutdown = flag::register_conditional_shutdown(kind, code.into(), Arc::clone(hurried));
    // In this order: the first signal sets what the second one finds set.
    if let Err(error) = shutdown.and_then(|_| flag::register(kind, Arc::clone(hurried))) {
        tracing::warn!(%error, "a second signal will not be heard");
    }
}

#[cfg(unix)]
async fn next(signals: &mut Option<signal::unix::Signal>) {
    match signals {
        Some(signals) => drop(signals.recv().await),
        None => std::future::pending().await,
    }
}
