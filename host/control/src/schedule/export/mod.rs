//! Schedules in the words of other timetables, which call `moontide schedule run`: what they cannot say is refused. Each
//! time begins once, whichever of them calls, and whoever else does.
//!
//! - [`crontab`]: a line. [`systemd`]: a timer, and the service that stays. [`eventbridge`]: what `EventBridge` Scheduler
//!   creates a schedule of, and a rule for an event.
//! - `numbers`: the numbers of a field, as short as they can be said.

pub mod crontab;
pub mod eventbridge;
mod numbers;
pub mod systemd;

use super::declared::Schedule;
use crate::error::{CommandError, code};
use crate::words::quoted;

/// How a timetable calls this binary.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where the binary is, as an absolute path.
    pub binary: String,
    /// The store, from any folder.
    pub store: String,
}

impl Call {
    /// The command that starts what is due of a schedule, as a shell takes it.
    fn run(&self, schedule: &Schedule) -> String {
        let Call { binary, store } = self;
        let (binary, store, name) = (quoted(binary), quoted(store), quoted(&schedule.name));
        format!("{binary} --store {store} schedule run {name}")
    }
}

/// The complaint about what a format cannot say.
fn cannot(schedule: &Schedule, format: &str, why: &str) -> CommandError {
    let message = format!("`{}` cannot be said in {format}: {why}", schedule.name);
    CommandError::new(code::NOT_EXPORTED, message)
        .hint("`moontide schedule serve` starts it, whatever it says")
}

#[cfg(test)]
mod tests;
