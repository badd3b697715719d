//! Counting what is there, for as long as it is.

use std::cell::Cell;
use std::rc::Rc;

/// One more of something, for as long as this lives.
pub(super) struct Counted(Rc<Cell<usize>>);

impl Counted {
    pub(super) fn new(count: &Rc<Cell<usize>>) -> Counted {
        count.set(count.get() + 1);
        Counted(Rc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
