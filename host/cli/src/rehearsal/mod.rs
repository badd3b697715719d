//! What is told of a rehearsal.
//!
//! - [`witness`]: what is remembered of what happened.
//! - [`hooks`]: which hooks ran.
//! - [`report`]: the document at the end.

mod hooks;
mod report;
mod witness;

pub(crate) use report::Report;
pub(crate) use witness::Witness;
