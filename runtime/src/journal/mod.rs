//! The journal: everything that must survive the process, append-only, one per execution.
//!
//! - [`execution`]: the head of a journal: what runs, pinned, in which mode, with which params.
//! - [`entry`]: one line of it; `line` reads it.
//! - [`version`]: which formats this release reads and writes.
//! - [`canonical`]: one spelling for equal arguments, and its hash.
//! - [`chain`]: every entry carries the hash of the one before it.
//! - [`cursor`]: a lane's recorded past, and *replay or perform* for the next effect.
//! - [`mend`]: other sources for one wave's next attempt.
//! - [`mismatch`]: the report when runbook and journal disagree.
//! - [`Source`]: the text of a module, shared.
//! - [`weight`]: how much of a journal an entry takes.
//! - [`writer`]: appends under the lease.

pub mod canonical;
pub mod chain;
pub mod cursor;
pub mod entry;
pub mod execution;
mod line;
pub mod mend;
pub mod mismatch;
mod source;
pub mod version;
pub mod weight;
pub mod writer;

pub use entry::{Body, Entry, Step};
pub use execution::{Bundle, Channel, Execution, Module};
pub use mend::Mend;
pub use mismatch::{Difference, Mismatch};
pub use source::Source;
pub use version::Format;
pub use writer::Writer;
