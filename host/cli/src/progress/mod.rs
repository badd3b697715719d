//! What the operator who watches a run is told while it runs, on stderr.
//!
//! - [`lines`]: a line for each thing that happens; for logs, and where there is no terminal.
//! - [`live`]: the same lines on a terminal, and below them what is busy right now.
//! - [`sentence`]: the words of both.

mod lines;
mod live;
pub(crate) mod sentence;

pub(crate) use lines::Lines;
pub(crate) use live::Live;
