//! When a schedule runs, in the words of `EventBridge` Scheduler: `cron(…)`, `rate(…)` and `at(…)`.
//!
//! - `expression`: one of them. `cron`: six fields, [`field`] the numbers of one, `days` the days of a month.
//! - `rate`: every so often. `at`: once.
//! - [`times`]: the moments that come of it in a time zone. A local time that does not exist is skipped, one that exists
//!   twice counts once, the first time.
//! - `mistake`: what is wrong with an expression, in which field, and what was meant perhaps.
//!
//! What `EventBridge` and its imitations read differently is refused: a schedule that is exported runs at the same times.

mod at;
mod cron;
mod days;
mod expression;
mod field;
mod mistake;
mod ordered;
mod rate;
pub mod times;

pub use self::cron::Cron;
pub use self::days::{Days, OfMonth, OfWeek};
pub use self::expression::{Kind, When};
pub use self::field::{FIELDS, Numbers};
pub use self::mistake::Mistake;
pub use self::rate::Rate;
pub use self::times::{Found, Time};

#[cfg(test)]
mod tests;
