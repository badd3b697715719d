//! The journal: everything that must survive the process, append-only, one per execution.
//!
//! Its lines are plain data, see [`crate::history`].
//!
//! - [`cursor`]: a lane's recorded past, and *replay or perform* for the next effect.
//! - [`mismatch`]: the report when runbook and journal disagree.
//! - [`writer`]: appends under the lease.

pub mod cursor;
pub mod mismatch;
pub mod writer;

pub use crate::history::{
    Body, Bundle, Channel, Entry, Execution, Format, Mend, Module, Source, Step, canonical, chain,
    entry, execution, mend, version, weight,
};
pub use mismatch::{Difference, Mismatch};
pub use writer::Writer;
