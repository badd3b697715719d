//! The command line as a face: what it brings to a drive, how it hears remarks, and how it complains.

use std::collections::BTreeMap;
use std::rc::Rc;

use moontide_control::error::CommandError;
use moontide_control::face::{Attendants, Face};
use moontide_control::listener::{Listener, Remark};
use moontide_control::next::Next;
use moontide_control::whoami::Person;
use moontide_runtime::journal::Execution;
use moontide_runtime::observe::Observer;
use moontide_runtime::scheduler::Graph;
use serde_json::Value;

use crate::context::Context;
use crate::progress::{Lines, Live};
use crate::terminal::Terminal;
use crate::{next, trace};

impl Context {
    /// An error as it is printed, with its next steps as commands to type.
    pub(crate) fn complaint(&self, error: &CommandError) -> String {
        self.output.complaint(error, &|step| next::command(self, step))
    }

    /// Prints an error to stderr, with its next steps as commands to type.
    pub(crate) fn complain(&self, error: &CommandError) {
        self.output.complain(error, &|step| next::command(self, step));
    }
}

impl Listener for Context {
    fn hear(&self, remark: &Remark) {
        match remark {
            Remark::Failed { error } => self.complain(error),
            remark => self.output.remark(remark, &|step| next::command(self, step)),
        }
    }

    fn keep_secret(&self, values: &BTreeMap<String, Value>) {
        trace::hide(values);
    }
}

impl Face for Context {
    fn begin(&self, execution: &str) {
        *self.driving.borrow_mut() = Some(execution.to_owned());
    }

    fn words(&self) -> Box<dyn Fn(&Next) -> String + Send> {
        next::from_any_thread(self)
    }

    /// Lines for each thing that happens; and a person at the terminal is asked, if there is one.
    fn attend(&self, execution: &Execution, person: Option<&Person>) -> Attendants {
        let lines = Lines(self.output);
        let shown: Rc<dyn Observer> =
            if self.is_watched { Rc::new(Live::new(lines)) } else { Rc::new(lines) };
        let Some(person) = person.filter(|_| self.can_ask) else {
            return Attendants { observers: vec![shown], ..Attendants::default() };
        };
        let people = Rc::new(Graph::of(execution));
        let terminal = Rc::new(Terminal::new(self.output, &person.name, people));
        Attendants { observers: vec![shown, Rc::clone(&terminal) as _], answers: terminal }
    }
}
