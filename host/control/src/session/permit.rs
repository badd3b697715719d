//! Whether a session may change anything: not before the operator says so, and not once the desk was left alone.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use moontide_runtime::clock::Clock;

/// So long after the last line nothing is changed any more without being allowed anew.
pub(super) const IDLE: Duration = Duration::from_mins(15);

/// A permit, and since when it was not used.
pub(super) struct Permit {
    clock: Arc<dyn Clock>,
    used: Cell<Option<Duration>>,
}

impl Permit {
    /// One that permits nothing.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Permit {
        Permit { clock, used: Cell::new(None) }
    }

    /// Gives it, or takes it back.
    pub(super) fn set(&self, is_given: bool) {
        self.used.set(is_given.then(|| self.clock.monotonic()));
    }

    /// Whether it is given, and was used a while ago at most.
    pub(super) fn is_given(&self) -> bool {
        self.used.get().is_some_and(|used| self.clock.monotonic().saturating_sub(used) < IDLE)
    }

    /// The operator is there.
    pub(super) fn is_used(&self) {
        if self.is_given() {
            self.set(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clocks::VirtualClock;

    #[tokio::test(start_paused = true)]
    async fn a_permit_ends_a_quarter_of_an_hour_after_the_last_line() {
        let permit = Permit::new(Arc::new(VirtualClock::starting_at(jiff::Timestamp::UNIX_EPOCH)));
        permit.is_used();
        assert!(!permit.is_given(), "what was not given is not used");
        permit.set(true);
        tokio::time::sleep(IDLE / 2).await;
        permit.is_used();
        tokio::time::sleep(IDLE.saturating_sub(Duration::from_secs(1))).await;
        assert!(permit.is_given());
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(!permit.is_given());
        permit.is_used();
        assert!(!permit.is_given());
    }
}
