//! Several observers as one.

use std::rc::Rc;

use jiff::Timestamp;
use moontide_runtime::observe::{Notice, Observer};

/// Several observers, told one after another.
pub(crate) struct All(pub(crate) Vec<Rc<dyn Observer>>);

impl Observer for All {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        for observer in &self.0 {
            observer.notice(at, notice);
        }
    }
}
