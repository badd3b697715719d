//! What is known of whether the store takes what people send.

use std::time::Duration;

use jiff::SignedDuration;

use crate::store::Pulse;

/// What is known of the store's readiness to take what people send.
#[derive(Debug)]
pub(super) struct Hearing {
    /// The last renewal that was looked at, on the clock of the lease.
    pub(super) heard: Duration,
    /// The store took a renewal that began after this moment of the execution's monotonic clock.
    pub(super) proven: Option<SignedDuration>,
}

impl Hearing {
    /// The lease was just taken.
    pub(super) fn new(pulse: &Pulse) -> Hearing {
        Hearing { heard: pulse.shown(), proven: None }
    }

    /// The renewal behind which the next one is news.
    pub(super) fn heard(&self) -> Duration {
        self.heard
    }

    /// Whether the store took a renewal after this moment.
    pub(super) fn is_proven(&self, moment: SignedDuration) -> bool {
        self.proven.is_some_and(|proven| proven >= moment)
    }
}
