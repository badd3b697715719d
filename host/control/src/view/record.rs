//! An execution as the store has it.
//!
//! What it adds up to, and what waits for a runner, the engine says: see [`moontide_runtime::scheduler::outlook`].
//!
//! - `load`: loading it. [`owner`]: another one that has what this one wants.

mod load;
pub mod owner;

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::history::last_signal;
use moontide_runtime::journal::{Body, Entry, Execution};
use moontide_runtime::scheduler::graph::{Node, Turn};
use moontide_runtime::scheduler::outlook::{Closing, would_take};
use moontide_runtime::scheduler::{
    Choice, Event, ExecutionStatus, Graph, Prompt, PromptKind, Refusal, SignalKind, State,
    WaveState, WaveStatus,
};
use moontide_runtime::store::{LeaseRecord, Obligation, Seal, Signal};

use super::closing::Closed;
use super::signal;
use super::time::now;

pub use load::is_completed;
pub(crate) use load::unknown;
pub use moontide_runtime::scheduler::outlook::Pending;
pub use owner::Owner;

/// Head and journal, the state that the journal adds up to, its runner and what that will find.
pub struct Record {
    /// What runs.
    pub execution: Execution,
    /// What has happened.
    pub entries: Vec<Entry>,
    /// Which of the journaled signals were refused, and why, by the entry's sequence.
    pub refused: BTreeMap<u64, Refusal>,
    /// Its runner, unless that is known to be dead, or it is over.
    pub runner: Option<String>,
    /// The lease under which that drives it.
    pub lease: Option<LeaseRecord>,
    /// Signals that no runner has taken yet, in the order in which they will be.
    pub pending: Vec<Pending>,
    /// The nodes of its plan.
    pub graph: Graph,
    /// Where it stands.
    pub state: State,
    /// Where it will stand once the pending signals are taken, and silence has answered what is overdue.
    pub ahead: State,
    /// Where the next signal finds it: behind those that are pending, and where it has not begun, before it does.
    pub behind: State,
    /// Whether it is a drill that is over, whose instances may live.
    pub has_instances: bool,
    /// What has become of it in this store.
    pub seal: Option<Seal>,
    /// What is to be done after its end.
    pub obligation: Option<Obligation>,
    /// The executions that have what the door has refused to this one, as they stand in this store.
    pub owners: BTreeMap<String, Owner>,
    /// What operators have changed about its limits.
    pub limits: BTreeMap<String, String>,
    /// What closed each prompt that is open no more, or will.
    closings: BTreeMap<String, Closing>,
}

impl Record {
    /// The number of the last signal that is known here, taken or waiting.
    pub fn heard(&self) -> u64 {
        let waiting = self.pending.iter().map(|it| it.number).max();
        last_signal(&self.entries).max(waiting.unwrap_or_default())
    }

    /// The prompt of the person who has paused it, or will have when the pending signals are taken.
    pub fn hold(&self) -> Option<&Prompt> {
        self.ahead.prompts.values().find(|prompt| prompt.kind == PromptKind::Hold)
    }

    /// The signal that opened that prompt: the last pause that was, or will be, taken.
    pub fn pause(&self) -> Option<&Signal> {
        let taken = self.entries.iter().filter_map(|entry| match &entry.body {
            Body::Event { event: Event::Signalled { signal, .. } } => {
                (!self.refused.contains_key(&entry.sequence)).then_some(signal)
            }
            _ => None,
        });
        let pending = self.pending.iter().filter(|pending| pending.refusal.is_none());
        let mut signals = taken.chain(pending.map(|pending| &pending.signal)).rev();
        self.hold().and(signals.find(|signal| signal.wish == SignalKind::Pause))
    }

    /// Where it stands as a whole.
    pub fn status(&self) -> ExecutionStatus {
        self.state.status()
    }

    /// Where it goes on, if it was moved from this store.
    pub fn moved_to(&self) -> Option<&str> {
        match &self.seal {
            Some(Seal::Moved(moved)) => Some(&moved.to),
            _ => None,
        }
    }

    /// Whether there is nothing left to drive, nor to take: a skip of what failed last ends it another way.
    pub fn is_over(&self) -> bool {
        let decides =
            |wish: &SignalKind| matches!(wish, SignalKind::Retry { .. } | SignalKind::Skip { .. });
        let is_decided =
            self.pending.iter().any(|it| it.refusal.is_none() && decides(&it.signal.wish));
        self.status().is_terminal() && self.ahead.status().is_terminal() && !is_decided
    }

    /// The answer that silence has given to a prompt, and when, if no runner has noticed yet.
    pub fn overdue(&self, asked: &str) -> Option<(&Choice, Timestamp)> {
        let deadline = self.state.prompts.get(asked)?.deadline?;
        let choice = self.closings.get(asked).filter(|it| it.entry.is_none())?.silence.as_ref()?;
        Some((choice, deadline))
    }

    /// Whether the time of a prompt is over by this machine's clock.
    pub fn is_past(&self, prompt: &Prompt) -> bool {
        prompt.deadline.is_some_and(|end| end <= now(&self.entries))
    }

    /// What becomes of one more signal behind those that are pending.
    pub fn would_take(&self, signal: &Signal) -> Result<(), Refusal> {
        would_take(&self.graph, &self.behind, signal)
    }

    /// Why the signal with this number was refused, or will be.
    pub fn refusal_of(&self, number: u64) -> Option<Refusal> {
        let ahead = self.pending.iter().find(|pending| pending.number == number);
        if let Some(pending) = ahead {
            return pending.refusal.clone();
        }
        let entry = self.entries.iter().find(|entry| match &entry.body {
            Body::Event { event: Event::Signalled { number: taken, .. } } => *taken == Some(number),
            _ => false,
        });
        self.refused.get(&entry?.sequence).cloned()
    }

    /// The answers that people have left for a prompt, and that will be taken.
    pub fn answers_to(&self, asked: &str) -> Vec<(&str, &Signal)> {
        let taken = self.pending.iter().filter(|pending| pending.refusal.is_none());
        taken.filter_map(|pending| signal::answer_to(asked, &pending.signal)).collect()
    }

    /// What closed a prompt, or will.
    pub fn closed_by(&self, asked: &str) -> Option<Closed<'_>> {
        self.closings.get(asked).map(Closed)
    }

    /// The waves and hooks that are worth a line: not the hooks of a cancel that never came.
    pub fn nodes(&self) -> impl Iterator<Item = (usize, &Node, &WaveState)> {
        let pairs = self.graph.nodes().iter().zip(&self.state.waves);
        let all = pairs.enumerate().map(|(at, (node, wave))| (at, node, wave));
        all.filter(|(_, node, wave)| !(is_of_cancel(node) && wave.attempt == 0))
    }

    /// The waves and hooks that failed, and that an operator may retry or skip.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        let failed = self.nodes().filter(|(at, _, wave)| {
            wave.status == WaveStatus::Failed && self.ahead.waves[*at].status == WaveStatus::Failed
        });
        failed.map(|(_, node, _)| node.name.as_str())
    }
}

/// Whether a node runs only after a cancel.
fn is_of_cancel(node: &Node) -> bool {
    matches!(node.turn, Turn::AfterCancel { .. })
}
