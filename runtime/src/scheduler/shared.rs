//! What all lanes of an execution share: its head, its door, its journal, its watchers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::question::Wanted;
use super::state::Answer;
use crate::clock::Clock;
use crate::effect::door::Door;
use crate::journal::cursor::Past;
use crate::journal::{Execution, Writer};
use crate::observe::{Notice, Observer};
use crate::sandbox::{Limits, Said};

/// What all lanes of an execution share.
pub(super) struct Shared {
    pub(super) execution: Execution,
    pub(super) door: Door,
    pub(super) journal: Writer,
    pub(super) past: RefCell<Past>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) observer: Rc<dyn Observer>,
    pub(super) limits: Limits,
    /// Where programs' questions go.
    pub(super) questions: mpsc::UnboundedSender<Wanted>,
    /// The answers to prompts of programs, also those given before this process began.
    pub(super) decided: RefCell<BTreeMap<String, Answer>>,
    /// How many lanes wait for nothing but people.
    pub(super) idle: Rc<Cell<usize>>,
    /// How many answers are on their way.
    pub(super) handed: Rc<Cell<usize>>,
}

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

impl Shared {
    pub(super) fn notice(&self, notice: &Notice) {
        self.observer.notice(self.clock.now(), notice);
    }

    /// Passes on what a program of `wave` said, without secrets.
    pub(super) fn tell(&self, wave: &str, said: Said) {
        let wave = wave.to_owned();
        let secrets = &self.door.secrets;
        self.notice(&match said {
            Said::Log { level, message } => {
                Notice::Log { wave, level: secrets.hide(&level), message: secrets.hide(&message) }
            }
            Said::Phase(phase) => Notice::Phase { wave, phase: secrets.hide(&phase) },
            Said::Report { topic, mut data } => {
                secrets.hide_in(&mut data);
                Notice::Report { wave, topic: secrets.hide(&topic), data }
            }
        });
    }
}
