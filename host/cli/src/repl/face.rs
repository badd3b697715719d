//! The face of a session: what happens is said in short lines, and what is asked is asked at its desk.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::Timestamp;
use moontide_control::answers::Unattended;
use moontide_control::face::{Attendants, Face};
use moontide_control::listener::{Listener, Remark};
use moontide_control::whoami::Person;
use moontide_runtime::journal::Execution;
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::scheduler::Answers;
use serde_json::Value;

use super::desk::TerminalDesk;
use crate::context::Context;
use crate::progress::Lines;

/// The command line, at which a session is held.
pub(crate) struct SessionFace {
    context: Context,
    desk: RefCell<Option<Rc<TerminalDesk>>>,
}

impl SessionFace {
    /// One at which no person sits yet.
    pub(crate) fn new(context: &Context) -> SessionFace {
        SessionFace { context: context.clone(), desk: RefCell::default() }
    }

    /// What is asked from here on is asked at this desk.
    pub(crate) fn answers_at(&self, desk: Rc<TerminalDesk>) {
        *self.desk.borrow_mut() = Some(desk);
    }
}

impl Listener for SessionFace {
    fn hear(&self, remark: &Remark) {
        // That its end was not waited for says the session itself.
        if !matches!(remark, Remark::Stopped { .. }) {
            self.context.hear(remark);
        }
    }

    fn keep_secret(&self, values: &BTreeMap<String, Value>) {
        self.context.keep_secret(values);
    }
}

impl Face for SessionFace {
    fn attend(&self, _execution: &Execution, _person: Option<&Person>) -> Attendants {
        let desk = self.desk.borrow().clone();
        let answers: Rc<dyn Answers> = match desk {
            Some(desk) => desk,
            None => Rc::new(Unattended),
        };
        let observers: Vec<Rc<dyn Observer>> = vec![Rc::new(Said(Lines(self.context.output)))];
        Attendants { observers, answers }
    }
}

/// What lines say, and what they wait for; that the one wave of a session runs is no news.
struct Said(Lines);

impl Observer for Said {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        let is_news = match notice {
            Notice::Log { .. }
            | Notice::Waiting { .. }
            | Notice::WentOn { .. }
            | Notice::StoreWaits { .. }
            | Notice::Refused { .. }
            | Notice::Signalled { .. } => true,
            Notice::Effect { status, adopted, .. } => *adopted || *status == "unknown",
            _ => false,
        };
        if is_news {
            self.0.notice(at, notice);
        }
    }
}
