//! The state machine: `apply(graph, state, at, event) -> (state, requests)`. Synchronous, over plain
//! values; the same events at the same times give the same state on every machine.
//!
//! The table of a wave's states stands at [`WaveStatus`].

//!
//! - `answer`: what an answered prompt does to its wave.
//! - `end`: what the end of an attempt, or a cancellation, does.
//! - `advance`: what can start now, what never will, and whether it is over.

mod advance;
mod answer;
mod end;

use jiff::Timestamp;
use serde_json::Value;

use super::Event;
use super::graph::{Graph, Node};
use super::prompt::{Prompt, PromptKind};
use super::state::{ExecutionStatus, State, WaveStatus};

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
        prompt: Prompt,
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

/// An event that does not fit the state. The state stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is over, or not begun.
    #[error("the execution is {0}")]
    Status(&'static str),
    /// Somebody has cancelled it before.
    #[error("the execution is being cancelled already, by {0}")]
    Cancelled(String),
    /// No such prompt is open: never asked, or answered already.
    #[error("there is no open prompt `{0}`")]
    NoPrompt(String),
    /// The prompt does not take this answer.
    #[error("prompt `{prompt}` takes {choices}, not `{choice}`")]
    NoChoice {
        /// The prompt.
        prompt: String,
        /// What it takes, for people.
        choices: String,
        /// What was given.
        choice: String,
    },
    /// No such wave attempt is running.
    #[error("attempt {attempt} of `{wave}` is not running")]
    NotRunning {
        /// The wave.
        wave: String,
        /// The attempt.
        attempt: u32,
    },
}

/// Applies one event. `at` is when it was journaled; deadlines of new prompts count from it.
pub fn apply(
    graph: &Graph,
    state: State,
    at: Timestamp,
    event: &Event,
) -> Result<(State, Vec<Request>), Refusal> {
    let mut step = Step { graph, state, at, requests: Vec::new() };
    if step.state.status().is_terminal() {
        return Err(Refusal::Status("over"));
    }
    match event {
        Event::Started if step.state.started => return Err(Refusal::Status("running already")),
        Event::Started => step.state.started = true,
        _ if !step.state.started => return Err(Refusal::Status("not begun")),
        Event::Asked { prompt } => step.asked(prompt)?,
        Event::Answered { prompt, choice, by, comment } => {
            step.answered(prompt, choice, by, comment)?;
        }
        Event::Ended { wave, attempt, end } => step.ended(wave, *attempt, end)?,
        Event::CancelRequested { by, .. } => step.cancel(by)?,
    }
    step.advance();
    Ok((step.state, step.requests))
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
    requests.extend(state.prompts.values().cloned().map(|prompt| Request::Ask { prompt }));
    requests
}

/// Whether a program of this node is alive: running, or waiting for a person's answer.
fn holds_program(graph: &Graph, state: &State, node: usize) -> bool {
    let name = &graph.nodes()[node].name;
    let asks = |prompt: &Prompt| prompt.kind == PromptKind::Question && prompt.wave == *name;
    match state.waves[node].status {
        WaveStatus::Running => true,
        WaveStatus::Waiting => state.prompts.values().any(asks),
        _ => false,
    }
}

/// One event being applied.
struct Step<'g> {
    graph: &'g Graph,
    state: State,
    at: Timestamp,
    requests: Vec<Request>,
}

impl Step<'_> {
    fn node(&self, index: usize) -> &Node {
        &self.graph.nodes()[index]
    }

    fn set(&mut self, node: usize, status: WaveStatus, reason: Option<String>) {
        let name = self.node(node).name.clone();
        if status.is_terminal() {
            self.state.prompts.retain(|_, prompt| prompt.wave != name);
        }
        self.state.waves[node].status = status;
        self.state.waves[node].reason = reason;
    }

    fn open(&mut self, prompt: Prompt) {
        self.requests.push(Request::Ask { prompt: prompt.clone() });
        self.state.prompts.insert(prompt.id.clone(), prompt);
    }
}

/// Folds a journal's events from the beginning. Events that were refused then are refused again.
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
