//! What a runner tells those who watch it, told from the journal: for those who follow in another process.
//!
//! Only what is in the journal can be told: what programs say while they run is not, see [`crate::store::feed`].

use crate::history::{Body, Entry, Event, Outcome, Prompt, Signal, SignalKind, Step};
use crate::machine::{self, Graph, Request, State};
use crate::observe::Notice;

/// Follows a journal, entry by entry.
pub struct Retold {
    graph: Graph,
    state: State,
}

impl Retold {
    /// Goes on where the journal adds up to `state`.
    pub fn behind(graph: Graph, state: State) -> Retold {
        Retold { graph, state }
    }

    /// Where the execution stands after what was told so far.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What happened in the next entry.
    pub fn next(&mut self, entry: &Entry) -> Vec<Notice> {
        let event = match &entry.body {
            Body::Event { event } => event,
            Body::Intent { .. } => return Vec::new(),
            Body::Outcome { step, outcome, adopted, .. } => {
                return vec![effect(step, outcome, *adopted)];
            }
        };
        let (next, requests) =
            match machine::apply(&self.graph, self.state.clone(), entry.at, event) {
                Ok(applied) => applied,
                Err(refusal) => return refused(event, &refusal.to_string()),
            };
        let mut notices = moves(&self.graph, &self.state, &next, event);
        if let Event::Extended { prompt, cause, .. } = event
            && let Some(prompt) = next.prompts.get(prompt)
        {
            notices.push(Notice::Extended { prompt: prompt.clone(), cause: *cause });
        }
        // A note behind the end ends nothing once more.
        let was = self.state.status();
        notices.extend(requests.iter().filter_map(|request| match request {
            Request::Finish { status } if *status != was => {
                Some(Notice::Execution { status: *status })
            }
            _ => None,
        }));
        self.state = next;
        notices
    }
}

fn effect(step: &Step, outcome: &Outcome, adopted: bool) -> Notice {
    let root = step.lane.root();
    let wave = root.as_str().rsplit_once('#').map_or(root.as_str(), |(wave, _)| wave);
    Notice::Effect {
        wave: wave.to_owned(),
        operation: step.operation.clone(),
        status: word(outcome),
        adopted,
    }
}

/// How an effect ended, in a word.
pub(super) fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Ok { .. } => "ok",
        Outcome::Failed { .. } => "failed",
        Outcome::Unknown { .. } => "unknown",
    }
}

fn refused(event: &Event, why: &str) -> Vec<Notice> {
    match event {
        Event::Signalled { signal, .. } => {
            vec![Notice::Refused { signal: signal.clone(), why: why.to_owned() }]
        }
        _ => Vec::new(),
    }
}

/// What an event has moved from the one state to the other.
pub(super) fn moves(graph: &Graph, before: &State, after: &State, event: &Event) -> Vec<Notice> {
    let mut notices = Vec::new();
    match event {
        Event::Signalled { signal, .. } => {
            let signal = signal.clone();
            notices.push(match still_open(after, &signal) {
                Some(prompt) => Notice::Approved { signal, prompt },
                None => Notice::Signalled { signal },
            });
        }
        Event::TimedOut { prompt } => {
            notices.push(Notice::TimedOut { prompt: prompt.clone() });
        }
        _ => {}
    }
    for ((node, was), is) in graph.nodes().iter().zip(&before.waves).zip(&after.waves) {
        if (was.status, was.attempt) != (is.status, is.attempt) {
            notices.push(Notice::Wave {
                wave: node.name.clone(),
                attempt: is.attempt,
                status: is.status,
                reason: is.reason.clone(),
                failure: is.failure.as_ref().map(|failure| failure.message.clone()),
            });
        }
    }
    let (old, new) = (&before.prompts, &after.prompts);
    let closed = old.keys().filter(|id| !new.contains_key(*id));
    notices.extend(closed.map(|id| Notice::Closed { prompt: id.clone() }));
    let opened = new.iter().filter(|(id, _)| !old.contains_key(*id));
    notices.extend(opened.map(|(_, prompt)| Notice::Asked { prompt: prompt.clone() }));
    notices
}

/// The prompt that an answer has not closed, because it takes more people.
fn still_open(next: &State, signal: &Signal) -> Option<Prompt> {
    let SignalKind::Answer { prompt, .. } = &signal.wish else { return None };
    next.prompts.get(prompt).cloned()
}
