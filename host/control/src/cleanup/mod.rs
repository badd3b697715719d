//! The cleanup of a drill: an execution of its own, `<execution>.cleanup-1`, whose runbook is the standard library's
//! module `@moontide/cleanup`. It is journaled, resumed and judged at the door like any other. What it may touch comes
//! from the drill's journal: what its effects have left, and may have left.
//!
//! - [`begun`]: the cleanups that there are. [`launched`]: what there is to clean up.
//! - `before`: what the cleanups of earlier releases were given.
//! - [`cleaner`]: cleaning up. `check`: whether a drill may be. `head`: the head of a new cleanup.
//! - [`taking`]: an obligation that is carried out by it. `again`: another attempt of a cleanup that has failed.

mod again;
mod before;
pub mod begun;
mod check;
pub mod cleaner;
mod head;
pub mod launched;
pub mod taking;

pub use cleaner::{CleanedUp, Cleaner, End};
pub use taking::Taking;
