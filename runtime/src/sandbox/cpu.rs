//! The one raw clock of the engine: processor time that the current thread has used.
//!
//! Nothing that is journaled depends on it; it only decides when a script that never waits is stopped.
//! Processor time rather than time of day, so that a busy machine does not stop an innocent script.

use std::time::Duration;

/// The processor time of this thread, since some fixed moment.
#[cfg(unix)]
pub(super) fn used() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Elsewhere the time that passed stands in for it.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "the one raw clock: it guards against endless loops")]
pub(super) fn used() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
