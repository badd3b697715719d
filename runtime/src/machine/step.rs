//! One event: what it does to the state, and what the driver is to do about it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::graph::{Node, Turn};
use super::{ExecutionStatus, Graph, Refusal, State, WaveStatus};
use crate::history::{Event, Format, Prompt, SignalKind};

/// What the driver is to do after an event. Everything in here can also be read off the state
/// ([`outstanding`]), so a process that dies before doing it loses nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Run a wave's program.
    Run {
        /// The node's place in the graph.
        node: usize,
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// Ask a person.
    Ask {
        /// The question.
        prompt: Box<Prompt>,
    },
    /// Hand the answer to the program that asked.
    Hand {
        /// The prompt's id.
        prompt: String,
    },
    /// Stop a wave's program at its next effect.
    Stop {
        /// The node's place in the graph.
        node: usize,
    },
    /// It is over.
    Finish {
        /// How it ended.
        status: ExecutionStatus,
    },
}

/// Applies one event. `at` is when it was journaled; deadlines of new prompts count from it.
pub fn apply(
    graph: &Graph,
    state: State,
    at: Timestamp,
    event: &Event,
) -> Result<(State, Vec<Request>), Refusal> {
    if let Event::Signalled { refused: Some(why), .. } = event {
        return Err(Refusal::Journaled(why.clone()));
    }
    match event {
        Event::Clock { .. } => return Ok((state, Vec::new())),
        Event::Limited { limits, .. } => {
            let (mut state, limits) = (state, limits.clone());
            Arc::make_mut(&mut state.limits).extend(limits);
            return Ok((state, Vec::new()));
        }
        _ => {}
    }
    let mut step = Step { graph, state, at, requests: Vec::new() };
    if step.state.status().is_terminal() && !reopens(graph, &step.state, event) {
        return Err(if graph.is_adopted { Refusal::Adopted } else { Refusal::Status("over") });
    }
    match event {
        Event::Started if step.state.started => return Err(Refusal::Status("running already")),
        Event::Started => step.state.started = true,
        Event::Clock { .. } | Event::Limited { .. } => {}
        Event::Signalled { signal, number, .. } => step.signalled(signal, *number)?,
        _ if !step.state.started => return Err(Refusal::Status("not begun")),
        Event::Asked { prompt } => step.asked(prompt)?,
        Event::TimedOut { prompt } => step.timed_out(prompt)?,
        Event::Extended { prompt, by, .. } => step.extended(prompt, *by)?,
        Event::Withdrawn { prompt } => step.withdrawn(prompt)?,
        Event::Ended { wave, attempt, end } => step.ended(wave, *attempt, end)?,
    }
    step.advance();
    Ok((step.state, step.requests))
}

/// Whether a person has something to say after it is over: they change their mind about a failure, or a cancel,
/// or note what they saw.
fn reopens(graph: &Graph, state: &State, event: &Event) -> bool {
    let Event::Signalled { signal, .. } = event else { return false };
    match (state.status(), &signal.wish) {
        // A note opens nothing, and is taken all the same.
        (_, SignalKind::Note) => true,
        _ if graph.is_adopted => false,
        (ExecutionStatus::Failed, SignalKind::Retry { .. } | SignalKind::Skip { .. }) => true,
        (ExecutionStatus::Cancelled, SignalKind::Retry { .. }) => {
            let cancelled = graph.rules >= Format(2) && state.cancelled_by.is_some();
            // Of the waves that a cancel cut off one was retried, and the others were not.
            let is_left = (0..graph.len()).any(|node| was_cut_off(graph, state, node));
            cancelled || is_left || state.standing().is_some()
        }
        _ => false,
    }
}

/// What a process that has just loaded the state has to do.
pub fn outstanding(graph: &Graph, state: &State) -> Vec<Request> {
    if state.status().is_terminal() {
        return vec![Request::Finish { status: state.status() }];
    }
    let mut requests = Vec::new();
    for node in 0..graph.len() {
        if holds_program(graph, state, node) {
            requests.push(Request::Run { node, attempt: state.waves[node].attempt });
            if state.waves[node].stopping {
                requests.push(Request::Stop { node });
            }
        }
    }
    requests.extend(
        state.prompts.values().cloned().map(Box::new).map(|prompt| Request::Ask { prompt }),
    );
    requests
}

/// Whether a program of this node is alive: running, or waiting for a person's answer.
pub(super) fn holds_program(graph: &Graph, state: &State, node: usize) -> bool {
    let name = &graph.nodes()[node].name;
    let asks = |prompt: &Prompt| prompt.kind.is_of_program() && prompt.wave == *name;
    match state.waves[node].status {
        WaveStatus::Running => true,
        WaveStatus::Waiting => state.prompts.values().any(asks),
        _ => false,
    }
}

/// Whether a cancel stopped a wave that had begun. Where it stopped several, they are retried one by one, also
/// after the first retry has lifted the cancel.
pub(super) fn was_cut_off(graph: &Graph, state: &State, node: usize) -> bool {
    let wave = &state.waves[node];
    graph.rules >= Format(3)
        && graph.nodes()[node].turn == Turn::Ordinary
        && wave.status == WaveStatus::Cancelled
        && wave.attempt > 0
}

/// One event being applied.
pub(super) struct Step<'g> {
    pub(super) graph: &'g Graph,
    pub(super) state: State,
    pub(super) at: Timestamp,
    pub(super) requests: Vec<Request>,
}

impl Step<'_> {
    pub(super) fn node(&self, index: usize) -> &Node {
        &self.graph.nodes()[index]
    }

    pub(super) fn set(&mut self, node: usize, status: WaveStatus, reason: Option<String>) {
        let name = self.node(node).name.clone();
        if status.is_terminal() {
            self.state.prompts.retain(|_, prompt| prompt.wave != name);
        }
        self.state.waves[node].status = status;
        self.state.waves[node].reason = reason;
    }

    pub(super) fn open(&mut self, mut prompt: Prompt) {
        prompt.fingerprint = self.graph.fingerprint_of(&prompt.id);
        self.requests.push(Request::Ask { prompt: Box::new(prompt.clone()) });
        self.state.prompts.insert(prompt.id.clone(), prompt);
    }
}

/// Folds a journal's events from the beginning. Events that were refused then are refused again: those that
/// say so because they do, those of format 1 by the rules of today.
pub fn fold<'e>(graph: &Graph, events: impl Iterator<Item = (Timestamp, &'e Event)>) -> State {
    events.fold(State::new(graph), |state, (at, event)| {
        match apply(graph, state.clone(), at, event) {
            Ok((next, _)) => next,
            Err(_) => state,
        }
    })
}

/// What a wave's result looks like to later waves: only completed waves have one.
pub fn results(graph: &Graph, state: &State) -> serde_json::Map<String, Value> {
    let pairs = graph.nodes().iter().zip(&state.waves);
    pairs
        .filter(|(_, wave)| wave.status == WaveStatus::Completed)
        .map(|(node, wave)| (node.name.clone(), wave.result.clone()))
        .collect()
}
