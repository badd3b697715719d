//! What an attempt sees of the others: fixed by the event that starts it, so that every replay sees what the
//! first run saw, whatever has happened since.
//!
//! The state keeps references, not copies: which attempt of which wave an attempt sees. The values stand in the
//! journal, where those attempts ended ([`Ends`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::graph::Turn;
use super::{Graph, State, WaveStatus};
use crate::history::{End, Event, Mend};

/// What one attempt sees of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The attempt of the node that it is about: its own, or for the hook of a cancelled wave that wave's.
    pub attempt: u32,
    /// Which nodes' results it sees, and of which attempt.
    pub results: Vec<(usize, u32)>,
    /// The attempt that left what is known of the node that it is about.
    pub previous: Option<u32>,
    /// For hooks that run after the waves: where each wave stood, and which attempt left its failure.
    pub waves: Vec<(usize, WaveStatus, Option<u32>)>,
    /// The sources that it runs from; `None`: the execution's own.
    pub mend: Option<Arc<Mend>>,
    /// What operators had changed about the limits by then.
    pub limits: Arc<BTreeMap<String, String>>,
}

/// The node that another one's program is about: for the hook of a cancelled wave, that wave.
pub(crate) fn about(graph: &Graph, node: usize) -> usize {
    match graph.nodes()[node].turn {
        Turn::AfterCancel { of: Some(wave) } => wave,
        _ => node,
    }
}

impl Seen {
    /// What an attempt of `node` sees that starts now: a wave sees the results of the waves that it
    /// depends on, directly or not, and a hook that runs after the waves those of all.
    pub(crate) fn now(graph: &Graph, state: &State, node: usize) -> Seen {
        let mut seen = Seen::all(graph, state, node);
        if graph.nodes()[node].turn == Turn::Ordinary {
            let depends_on = dependencies(graph, node);
            seen.results.retain(|(other, _)| depends_on[*other]);
        }
        seen
    }

    /// The same with every result there is: what format 1 shows, anew at every resume.
    pub(crate) fn all(graph: &Graph, state: &State, node: usize) -> Seen {
        let about = about(graph, node);
        let indexed = || state.waves.iter().enumerate();
        let completed = indexed().filter(|(_, wave)| wave.status == WaveStatus::Completed);
        let mut seen = Seen {
            attempt: state.waves[about].attempt,
            results: completed.map(|(at, wave)| (at, wave.attempt)).collect(),
            previous: state.waves[about].known_by,
            waves: Vec::new(),
            mend: state.waves[about].mend.clone(),
            limits: Arc::clone(&state.limits),
        };
        if graph.nodes()[node].turn != Turn::Ordinary {
            let ordinary = |at: &usize| graph.nodes()[*at].turn == Turn::Ordinary;
            let waves = indexed().filter(|(at, _)| ordinary(at));
            seen.waves = waves.map(|(at, wave)| (at, wave.status, wave.failed_by())).collect();
        }
        seen
    }
}

/// The waves whose results `node` would see if they had left any, and which have not.
pub(crate) fn without_result<'g>(graph: &'g Graph, node: usize, seen: &Seen) -> Vec<&'g str> {
    let mut has_result = vec![false; graph.len()];
    seen.results.iter().for_each(|(other, _)| has_result[*other] = true);
    let depends_on = dependencies(graph, node);
    let is_hook = graph.nodes()[node].turn != Turn::Ordinary;
    let nodes = graph.nodes().iter().enumerate();
    let visible = nodes.filter(|(at, other)| {
        other.turn == Turn::Ordinary && (is_hook || depends_on[*at]) && !has_result[*at]
    });
    visible.map(|(_, other)| other.name.as_str()).collect()
}

/// For each node whether `node` depends on it, directly or not.
fn dependencies(graph: &Graph, node: usize) -> Vec<bool> {
    let mut found = vec![false; graph.len()];
    let mut open = graph.nodes()[node].depends_on.clone();
    while let Some(next) = open.pop() {
        if !std::mem::replace(&mut found[next], true) {
            open.extend(&graph.nodes()[next].depends_on);
        }
    }
    found
}

/// How attempts ended, by wave and attempt.
#[derive(Debug, Default)]
pub(crate) struct Ends(BTreeMap<(String, u32), Arc<End>>);

impl Ends {
    /// The ends among these events.
    pub(crate) fn of<'e>(events: impl Iterator<Item = &'e Event>) -> Ends {
        let mut ends = Ends::default();
        events.for_each(|event| ends.note(event));
        ends
    }

    /// Takes down an event, if it is an end.
    pub(crate) fn note(&mut self, event: &Event) {
        if let Event::Ended { wave, attempt, end } = event {
            // Events that the machine refuses are of the runner's own making; the first end is the one.
            self.0.entry((wave.clone(), *attempt)).or_insert_with(|| Arc::new(end.clone()));
        }
    }

    /// How this attempt ended.
    pub(crate) fn get(&self, wave: &str, attempt: u32) -> Option<&End> {
        self.0.get(&(wave.to_owned(), attempt)).map(AsRef::as_ref)
    }
}
