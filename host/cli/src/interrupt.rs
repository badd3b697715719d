//! SIGINT, SIGTERM and SIGHUP: the first one asks the process to stop, a second one of any kind ends it at
//! once. What the process was told to ignore when it was started, as `nohup` does, stays ignored.

#[cfg(unix)]
use std::future::poll_fn;
#[cfg(unix)]
use std::sync::{Arc, atomic::AtomicBool};
#[cfg(unix)]
use std::task::Poll;

use tokio::signal;

use crate::exit;

/// Hears the signals that ask the process to stop, and remembers which was the first.
pub(crate) struct Interrupt {
    /// With the exit code that says which one it was.
    #[cfg(unix)]
    heard: Vec<(signal::unix::Signal, u8)>,
    exit: u8,
}

impl Interrupt {
    /// Listens from now on: no signal ends the process by itself any more, until the second.
    #[cfg(unix)]
    pub(crate) fn listen() -> Interrupt {
        use signal::unix::SignalKind;
        let kinds = [
            (SignalKind::interrupt(), exit::INTERRUPTED),
            (SignalKind::terminate(), exit::TERMINATED),
            (SignalKind::hangup(), exit::HUNG_UP),
        ];
        let (ignored, hurried) = (ignored(), Arc::new(AtomicBool::new(false)));
        let is_ignored = |kind: SignalKind| ignored >> (kind.as_raw_value() - 1) & 1 == 1;
        let wanted = kinds.into_iter().filter(|(kind, _)| !is_ignored(*kind));
        let listen = |(kind, code)| {
            end_at_second(kind, code, &hurried);
            Some((signal::unix::signal(kind).ok()?, code))
        };
        Interrupt { heard: wanted.filter_map(listen).collect(), exit: exit::INTERRUPTED }
    }

    /// Listens from now on.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> Interrupt {
        Interrupt { exit: exit::INTERRUPTED }
    }

    /// Returns once the process is asked to stop.
    #[cfg(unix)]
    pub(crate) async fn wait(&mut self) {
        let heard = &mut self.heard;
        self.exit = poll_fn(|context| {
            let mut heard = heard.iter_mut();
            let first = heard
                .find_map(|(signal, code)| signal.poll_recv(context).is_ready().then_some(*code));
            first.map_or(Poll::Pending, Poll::Ready)
        })
        .await;
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

/// The signals that the process was told to ignore when it was started, a bit for each, the lowest for
/// number 1. Linux says so; elsewhere nothing is known, and none is.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
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
