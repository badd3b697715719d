//! Tests of runbooks: each case is a program of its own, which rehearses.
//!
//! - [`found`](mod@found): test files in folders. [`Suite`]: one of them, loaded.
//! - [`case`]: one case, run in a sandbox of its own. `stage` is what it has said so far, and performs what it asks
//!   for; `asked` is how it asks; `world` makes its world; `laid` is what met nothing; `operations` those that it names.
//! - `seen`: a rehearsal as a case sees it. `story`: its timeline.
//! - [`snapshots`]: what was written down of earlier runs.
//! - [`replay`](mod@replay): journals of executions, against the runbook of today.
//! - [`crash`]: a case again, killed behind each entry. [`together`]: many cases, side by side.

mod asked;
pub mod case;
pub mod crash;
pub mod found;
mod laid;
mod operations;
pub mod replay;
mod seen;
pub mod snapshots;
mod stage;
mod story;
mod suite;
pub mod together;
mod world;

pub use case::{Ended, Failed, Place, Ran};
pub use found::found;
pub use suite::{Case, Suite};
pub use together::{Told, Wanted, together};
