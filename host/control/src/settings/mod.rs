//! What the operator has decided before any command: where executions are kept, how long leases hold, what
//! is denied, how much a script may use.
//!
//! - [`Settings`]: all of it, merged.
//! - [`home`]: the platform's directories, and where the store lies by default.
//! - [`file`]: the file `moontide.toml`.
//! - [`patience`]: how long a runner waits for the end of its own troubles.
//! - `http`: what of the web may be reached.
//! - [`prices`]: what the cost in reports is made of.
//! - [`limits`]: what a wave's program may use; [`operations`]: which operations can be denied.

mod file;
pub mod home;
mod http;
pub mod limits;
mod merged;
pub mod operations;
mod patience;
mod prices;

pub(crate) use file::sentence;
pub use file::{KEYS, REFERENCE};
pub use merged::{FILE, Settings};
pub use patience::PatienceSettings;
pub use prices::{Price, Prices};
