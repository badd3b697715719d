//! The signals of a session. Ctrl-C is the desk's: it ends a wait, and not the session.

use std::cell::Cell;
use std::sync::Arc;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::desk::Interrupts;
use crate::exit;

/// Hears signals.
pub(crate) struct Signals {
    interrupts: Arc<Interrupts>,
    #[cfg(unix)]
    heard: Option<[Signal; 3]>,
    exit: Cell<Option<u8>>,
}

impl Signals {
    /// Listens from now on.
    pub(crate) fn listen(interrupts: Arc<Interrupts>) -> Signals {
        #[cfg(unix)]
        let heard = || {
            let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
            let [Ok(interrupt), Ok(terminate), Ok(hangup)] = kinds.map(signal) else { return None };
            Some([interrupt, terminate, hangup])
        };
        Signals {
            interrupts,
            #[cfg(unix)]
            heard: heard(),
            exit: Cell::default(),
        }
    }

    /// Returns once the session is to stop.
    #[cfg(unix)]
    pub(crate) async fn wait(&mut self) {
        let Some([interrupt, terminate, hangup]) = &mut self.heard else {
            return std::future::pending().await;
        };
        loop {
            let exit = tokio::select! {
                _ = interrupt.recv() => {
                    if !self.interrupts.press() {
                        continue;
                    }
                    exit::INTERRUPTED
                }
                _ = terminate.recv() => exit::TERMINATED,
                _ = hangup.recv() => exit::HUNG_UP,
            };
            self.exit.set(Some(exit));
            return;
        }
    }

    /// Returns once the session is to stop.
    #[cfg(not(unix))]
    pub(crate) async fn wait(&mut self) {
        while tokio::signal::ctrl_c().await.is_ok() {
            if self.interrupts.press() {
                self.exit.set(Some(exit::INTERRUPTED));
                return;
            }
        }
        std::future::pending().await
    }

    /// The exit code of the signal that has stopped it.
    pub(crate) fn exit_code(&self) -> u8 {
        self.exit.get().unwrap_or(exit::INTERRUPTED)
    }

    /// Whether no person waits for its end: the process was told to end, or its terminal is gone.
    pub(crate) fn is_gone(&self) -> bool {
        self.exit.get().is_some_and(|exit| exit != exit::INTERRUPTED)
    }
}
