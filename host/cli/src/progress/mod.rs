//! What whoever watches a run is told while it runs, on stderr.
//!
//! - [`lines`]: a line for each thing that happens; for logs, and where there is no terminal.
//! - [`live`]: the same lines on a terminal, and below them what is busy right now.
//! - [`sentence`]: the words of both.

mod lines;
mod live;
pub(crate) mod sentence;

use std::rc::Rc;

use jiff::Timestamp;
use moontide_runtime::observe::{Notice, Observer};

pub(crate) use lines::Lines;
pub(crate) use live::Live;

/// Several observers, told one after another.
pub(crate) struct All(pub(crate) Vec<Rc<dyn Observer>>);

impl Observer for All {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        for observer in &self.0 {
            observer.notice(at, notice);
        }
    }
}
