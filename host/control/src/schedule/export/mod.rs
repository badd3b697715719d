//! Schedules in the words of other timetables, which call `moontide schedule run`: what they cannot say is refused. Each
//! time begins once, whichever of them calls, and whichever other does.
//!
//! - [`crontab`]: a line. [`systemd`]: a timer, and the service that stays. [`eventbridge`]: what `EventBridge` Scheduler
//!   creates a schedule of, and a rule for an event.
//! - `call`: what they call. `numbers`: the numbers of a field, as short as they can be said.

mod call;
pub mod crontab;
pub mod eventbridge;
mod numbers;
pub mod systemd;

pub use call::Call;
use call::cannot;

#[cfg(test)]
mod tests;
