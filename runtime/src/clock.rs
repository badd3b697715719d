//! Time is a value that the host hands in. The engine never asks the operating system for it.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

/// Where the engine's time comes from: the system for real runs, tokio's paused clock for rehearsals.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The wall time, for journal entries, prompts and reports. May jump; never used to measure.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment of this process; never goes backwards. Leases are watched with it.
    fn monotonic(&self) -> Duration;

    /// A world whose clock counts more than the machine's says that it is `now`.
    fn learn(&self, _now: Timestamp) {}

    /// How far the machine's own wall clock goes ahead of this one, where it is wrong.
    fn machine_ahead(&self) -> SignedDuration {
        SignedDuration::ZERO
    }

    /// How long `duration` of the machine's time is on this clock, which may run faster.
    fn scaled(&self, duration: Duration) -> Duration {
        duration
    }

    /// Returns once `duration` has passed on this clock.
    async fn sleep(&self, duration: Duration);
}
