//! What a face brings to a drive: it follows what happens, answers what is asked there and then, and hears remarks.

use std::rc::Rc;

use jiff::Timestamp;
use moontide_runtime::journal::Execution;
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::scheduler::Answers;

use crate::answers::Unattended;
use crate::listener::{Listener, Silent};
use crate::notify::catch_up::Words;
use crate::whoami::Person;

/// A face: the command line, a dashboard, a program that embeds this crate.
pub trait Face: Listener {
    /// Hears that a drive of this execution is about to begin: whatever happens from now on, it is this one that can be
    /// gone on with.
    fn begin(&self, _execution: &str) {}

    /// The attendants of the drive of this execution, which begins now, who answer what it asks in the name of this
    /// person; `None`: the drive answers nothing.
    fn attend(&self, execution: &Execution, person: Option<&Person>) -> Attendants;

    /// How a step is typed, or otherwise taken, by the readers of notifications; from any thread.
    fn words(&self) -> Words {
        Box::new(|_| String::new())
    }
}

/// The observers of a drive, and the door for what it asks.
pub struct Attendants {
    /// The observers that are told of everything that happens, one after another.
    pub observers: Vec<Rc<dyn Observer>>,
    /// Where a person is asked there and then.
    pub answers: Rc<dyn Answers>,
}

impl Default for Attendants {
    /// Nothing is followed, and nothing is answered.
    fn default() -> Attendants {
        Attendants { observers: Vec::new(), answers: Rc::new(Unattended) }
    }
}

impl Face for Silent {
    fn attend(&self, _execution: &Execution, _person: Option<&Person>) -> Attendants {
        Attendants::default()
    }
}

/// Several observers, told one after another.
pub(crate) struct All(pub(crate) Vec<Rc<dyn Observer>>);

impl Observer for All {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        for observer in &self.0 {
            observer.notice(at, notice);
        }
    }
}
