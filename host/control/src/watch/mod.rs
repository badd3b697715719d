//! Watching what happens elsewhere, for hours, as a stream of changes: on any machine, whichever runner drives.
//!
//! - [`execution`]: one execution, until it is over. [`change`]: what happened to it.
//! - [`list`]: every row of the list, and then each that changes.
//! - `runner`, `beats`: whether a runner lives. `calm`: a store that is away for a while is waited for.

mod beats;
mod calm;
pub mod change;
pub mod execution;
pub mod list;
mod runner;

pub use execution::ExecutionWatch;
pub use list::ListWatch;
