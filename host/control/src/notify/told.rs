//! Which events a journal holds: a pure function of its head and its entries, in order. However
//! often a runner derives them, and whichever runner does, the same entries give the same events under the same keys.

use std::collections::BTreeMap;

use moontide_aws::services;
use moontide_runtime::history::{Body, Entry, Event as Moved, Execution};
use moontide_runtime::machine::{ExecutionStatus, WaveStatus};
use moontide_runtime::observe::Notice;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{Graph, Prompt, PromptKind, Retold, State};

use super::event::{Event, What};
use super::sentence;
use crate::cleanup::launched::Launched;
use crate::next::Next;

/// An event, and the step that it asks for: a face says how that is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The event, without a command.
    pub event: Event,
    /// The step.
    pub next: Next,
}

impl Told {
    /// The event with its command.
    pub fn worded(self, command: impl FnOnce(&Next) -> String) -> Event {
        Event { command: command(&self.next), ..self.event }
    }
}

/// Follows a journal from its first entry on.
pub struct Teller {
    execution: Execution,
    retold: Retold,
    /// The prompts that are open.
    open: BTreeMap<String, Prompt>,
    /// How many events of each kind there were.
    counts: BTreeMap<What, u32>,
    /// When it began last.
    began: Option<jiff::Timestamp>,
    /// What it has launched, as its journal says.
    launches: Vec<Entry>,
    /// The last entry that was seen.
    last: u64,
}

impl Teller {
    /// Of an execution, before its first entry.
    pub fn new(execution: &Execution) -> Teller {
        let graph = Graph::of(execution);
        let state = State::new(&graph);
        // The sources are long, and nothing is told of them.
        let execution = execution.clone();
        Teller {
            execution,
            retold: Retold::behind(graph, state),
            open: BTreeMap::new(),
            counts: BTreeMap::new(),
            began: None,
            launches: Vec::new(),
            last: 0,
        }
    }

    /// The sequence of the last entry that was seen.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// What is worth telling of the next entry.
    pub fn next(&mut self, entry: &Entry) -> Vec<Told> {
        self.last = entry.sequence;
        let notices = self.retold.next(entry);
        match &entry.body {
            Body::Intent { step, .. } | Body::Outcome { step, .. } => {
                if services::leaves(&step.operation).is_some() {
                    self.launches.push(entry.clone());
                }
                Vec::new()
            }
            Body::Event { event } => self.of_event(entry, event, &notices),
        }
    }

    fn of_event(&mut self, entry: &Entry, event: &Moved, notices: &[Notice]) -> Vec<Told> {
        let mut told = Vec::new();
        if matches!(event, Moved::Started) {
            self.began = Some(entry.at);
            let said = sentence::started(&self.execution);
            told.push(self.tell(entry, What::Started, &said, Next::follow(&self.execution.id)));
        }
        for notice in notices {
            told.extend(self.of_notice(entry, event, notice));
        }
        told
    }

    fn of_notice(&mut self, entry: &Entry, event: &Moved, notice: &Notice) -> Option<Told> {
        let id = self.execution.id.clone();
        let mut it = match notice {
            Notice::Asked { prompt } => return Some(self.asked(entry, prompt)),
            Notice::Approved { signal, prompt } => {
                let said = sentence::approved(signal, prompt);
                let mut it = self.tell(entry, What::Answered, &said, answer(&id, prompt));
                (it.event.wave, it.event.prompt) = (prompt.wave.clone(), prompt.id.clone());
                it
            }
            Notice::Closed { prompt } => {
                let prompt = self.open.remove(prompt)?;
                let said = sentence::answered(event, &prompt)?;
                let mut it = self.tell(entry, What::Answered, &said, Next::status(&id));
                (it.event.wave, it.event.prompt) = (prompt.wave, prompt.id);
                it
            }
            Notice::Wave { wave, status: WaveStatus::Failed, failure, reason, .. } => {
                let said = sentence::wave_failed(wave, failure.as_deref().or(reason.as_deref()));
                let mut it = self.tell(entry, What::WaveFailed, &said, Next::status(&id));
                it.event.wave.clone_from(wave);
                it
            }
            Notice::Execution { status } => return self.ended(entry, *status),
            _ => return None,
        };
        it.event.sequence = entry.sequence;
        Some(it)
    }

    fn asked(&mut self, entry: &Entry, prompt: &Prompt) -> Told {
        self.open.insert(prompt.id.clone(), prompt.clone());
        let what = match prompt.kind {
            PromptKind::Unknown => What::Unknown,
            _ => What::Waits,
        };
        let said = sentence::asked(prompt);
        let mut it = self.tell(entry, what, &said, answer(&self.execution.id, prompt));
        (it.event.wave, it.event.prompt) = (prompt.wave.clone(), prompt.id.clone());
        it.event.choices = prompt.choices.iter().map(ToString::to_string).collect();
        it
    }

    fn ended(&mut self, entry: &Entry, status: ExecutionStatus) -> Option<Told> {
        let id = &self.execution.id;
        let (what, next) = match status {
            ExecutionStatus::Completed => (What::Completed, Next::show(id)),
            ExecutionStatus::Failed => (What::Failed, Next::status(id)),
            ExecutionStatus::Cancelled => (What::Cancelled, Next::status(id)),
            _ => return None,
        };
        let state = self.retold.state();
        let said = sentence::ended(&self.execution, state, self.began, entry.at);
        Some(self.tell(entry, what, &said, next))
    }

    /// What a drill that is over has left, if there is anything: to be told behind its end.
    pub fn left(&mut self, entry: &Entry) -> Option<Told> {
        let is_over = self.retold.state().status().is_terminal();
        let Execution { mode, acts_for, regions, id, .. } = &self.execution;
        if !is_over || *mode != Mode::Drill || acts_for.is_some() || self.launches.is_empty() {
            return None;
        }
        let home = regions.first().map(String::as_str).unwrap_or_default();
        let launched = Launched::by_region(&self.launches, home);
        if launched.is_empty() {
            return None;
        }
        let next = Next::clean_up(id);
        let said = sentence::left(&launched);
        // A drill that is taken up again, and launches more, is told of once more.
        Some(self.tell(entry, What::Leftovers, &said, next))
    }

    fn tell(&mut self, entry: &Entry, what: What, said: &str, next: Next) -> Told {
        let number = self.counts.entry(what).or_default();
        *number += 1;
        let event = Event::of(&self.execution, what, entry.at);
        let key = format!("{}:{}:{number}", event.execution, what.word());
        let sentence = format!("{} {}: {said}", event.mark(), event.runbook);
        Told { event: Event { key, sentence, sequence: entry.sequence, ..event }, next }
    }
}

/// Every event of these entries, which are the journal from its first one on, in order.
pub fn all(execution: &Execution, entries: &[Entry]) -> Vec<Told> {
    let mut teller = Teller::new(execution);
    entries.iter().flat_map(|entry| behind(&mut teller, entry)).collect()
}

/// Every event of the next entry.
pub(super) fn behind(teller: &mut Teller, entry: &Entry) -> Vec<Told> {
    let mut told = teller.next(entry);
    if told.iter().any(|it| it.event.event.is_end()) {
        told.extend(teller.left(entry));
    }
    told
}

fn answer(execution: &str, prompt: &Prompt) -> Next {
    Next::Answer {
        execution: execution.to_owned(),
        prompt: prompt.id.clone(),
        choices: prompt.choices.iter().map(ToString::to_string).collect(),
        returns: prompt.returns.clone(),
    }
}

#[cfg(test)]
mod tests;
