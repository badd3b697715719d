//! What all lanes of an execution share: its head, its door, its journal, its watchers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::returned::Returned;
use super::wanted::Wanted;
use crate::clock::Clock;
use crate::effect::door::Door;
use crate::history::{Execution, Format, Step};
use crate::journal::Writer;
use crate::journal::cursor::Past;
use crate::machine::state::Answered;
use crate::observe::{Notice, Observer};
use crate::sandbox::{Limits, Pool, Said, Spent};

/// What all lanes of an execution share.
pub(super) struct Shared {
    pub(super) execution: Execution,
    pub(super) door: Door,
    pub(super) journal: Writer,
    pub(super) past: RefCell<Past>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) observer: Rc<dyn Observer>,
    pub(super) limits: Limits,
    /// The memory that the programs hold.
    pub(super) pool: Pool,
    /// The questions of programs that were asked before this process began.
    pub(super) asked: BTreeSet<String>,
    /// What the waves have returned so far.
    pub(super) returned: RefCell<Returned>,
    /// Where programs' questions go.
    pub(super) questions: mpsc::UnboundedSender<Wanted>,
    /// The answers to prompts of programs, also those given before this process began.
    pub(super) decided: RefCell<Answered>,
    /// How many lanes wait for nothing but people.
    pub(super) idle: Rc<Cell<usize>>,
    /// How many answers are on their way.
    pub(super) handed: Rc<Cell<usize>>,
}

impl Shared {
    pub(super) fn notice(&self, notice: &Notice) {
        self.observer.notice(self.clock.now(), notice);
    }

    /// Whether the budgets of all programs together hold: executions that began without them go on without.
    pub(super) fn has_budgets(&self) -> bool {
        self.execution.format >= Format(5)
    }

    /// What is used up of the journal, so that this effect of `wave`, which the journal does not have, does not
    /// begin. The hooks that run around and after the waves have an eighth more: what a wave left is put away
    /// also when it used up all. A question that is open already needs no room.
    pub(super) fn spent(&self, wave: &str, step: &Step) -> Option<Spent> {
        let is_open = || self.asked.contains(&format!("{}.{}", step.lane, step.position));
        let room = |most: u64| if wave.starts_with('@') { most + most / 8 } else { most };
        let (most, (entries, bytes)) = (self.limits.together, self.journal.spent());
        let spent = match () {
            () if entries >= room(most.entries) => Spent::Entries(most.entries),
            () if bytes >= room(most.bytes) => Spent::Bytes(most.bytes),
            () => return None,
        };
        (self.has_budgets() && !is_open()).then_some(spent)
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
