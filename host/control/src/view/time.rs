//! What time it is for an execution.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::Entry;
use moontide_runtime::scheduler::machine_ahead;

use super::Record;
use crate::clocks::{ScaledClock, SystemClock};

/// The time, by this machine's clock, set right as the last runner's was: an execution in a file is driven and
/// answered on one machine.
pub fn now(entries: &[Entry]) -> Timestamp {
    let now = SystemClock::new().now();
    let ahead = SignedDuration::from_millis(machine_ahead(entries));
    now.checked_sub(ahead).unwrap_or(now)
}

/// The time of an execution: that of its simulator, or of AWS as its last runner knew it.
pub fn time_of(record: &Record, speed: Option<f64>) -> Timestamp {
    match speed {
        Some(speed) => {
            let clock: Arc<dyn Clock> =
                Arc::new(ScaledClock::since(record.execution.created_at, speed));
            clock.now()
        }
        None => now(&record.entries),
    }
}

/// How fast the time of an execution runs, if not as in life.
pub fn speed_of(record: &Record) -> Option<f64> {
    record.execution.simulator.as_ref().and_then(|simulator| simulator.speed)
}
