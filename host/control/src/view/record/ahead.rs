//! What a journal adds up to, and what the signals that wait for a runner will lead to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::journal::{Body, Entry};
use moontide_runtime::scheduler::{Event, Graph, Prompt, Refusal, State, machine};
use moontide_runtime::store::Signal;

use crate::view::closing::{self, Closings};
use crate::view::timeline::events;

/// A signal that waits for a runner.
pub struct Pending {
    /// Its number in the store.
    pub number: u64,
    /// What it wants.
    pub signal: Signal,
    /// Why it will be refused.
    pub refusal: Option<Refusal>,
}

/// The state that a journal adds up to, and what was refused on the way.
pub(super) fn fold(
    graph: &Graph,
    entries: &[Entry],
    closings: &mut Closings,
) -> (State, BTreeMap<u64, Refusal>) {
    let (mut state, mut refused) = (State::new(graph), BTreeMap::new());
    for entry in entries {
        let Body::Event { event } = &entry.body else { continue };
        match machine::apply(graph, state.clone(), entry.at, event) {
            Ok((next, _)) => {
                closing::note(closings, (&state, &next), event, Some(entry.sequence));
                state = next;
            }
            Err(refusal) => drop(refused.insert(entry.sequence, refusal)),
        }
    }
    (state, refused)
}

/// What the pending signals will lead to: the next runner begins, and takes one after another. Silence has answered
/// by `silent_at`, if a clock says so at all.
pub(super) fn look_ahead(
    graph: &Graph,
    state: &State,
    (created_at, silent_at): (Timestamp, Option<Timestamp>),
    signals: Vec<(u64, Signal)>,
    closings: &mut Closings,
) -> (State, State, Vec<Pending>) {
    // What is not open yet gets its time from whoever opens it. A clock that goes ahead ends nothing earlier.
    let is_over = |prompt: &Prompt, at: Timestamp| {
        let journaled = state.prompts.get(&prompt.id).and_then(|prompt| prompt.deadline);
        let end = journaled.filter(|end| journaled == prompt.deadline && *end <= at);
        end.is_some_and(|end| silent_at.is_some_and(|now| end <= now))
    };
    let mut ahead = state.clone();
    let mut pending = Vec::new();
    for (number, signal) in signals {
        ahead = timed_out(graph, ahead, signal.at, closings, |prompt| {
            signal.wish.answers(prompt) && is_over(prompt, signal.at)
        });
        let refusal = match take(graph, &ahead, &signal) {
            Ok(next) => {
                let event = Event::Signalled {
                    signal: signal.clone(),
                    number: Some(number),
                    refused: None,
                };
                closing::note(closings, (&ahead, &next), &event, None);
                ahead = next;
                None
            }
            Err(refusal) => Some(refusal),
        };
        pending.push(Pending { number, signal, refusal });
    }
    if let Some(now) = silent_at {
        ahead = timed_out(graph, ahead, now, closings, |prompt| is_over(prompt, now));
    }
    // A runner takes what waits before it begins.
    let begun = machine::apply(graph, ahead.clone(), created_at, &Event::Started);
    match begun {
        Ok((begun, _)) => (ahead, begun, pending),
        Err(_) => (ahead.clone(), ahead, pending),
    }
}

/// The state once silence has answered those prompts whose time is over.
fn timed_out(
    graph: &Graph,
    mut state: State,
    at: Timestamp,
    closings: &mut Closings,
    is_over: impl Fn(&Prompt) -> bool,
) -> State {
    let expired: Vec<Prompt> = state.prompts.values().filter(|it| is_over(it)).cloned().collect();
    for Prompt { id: prompt, .. } in expired {
        let event = Event::TimedOut { prompt };
        if let Ok((next, _)) = machine::apply(graph, state.clone(), at, &event) {
            closing::note(closings, (&state, &next), &event, None);
            state = next;
        }
    }
    state
}

pub(super) fn take(graph: &Graph, state: &State, signal: &Signal) -> Result<State, Refusal> {
    // As one that comes through the store, whatever its number.
    let event = Event::Signalled { signal: signal.clone(), number: Some(0), refused: None };
    machine::apply(graph, state.clone(), signal.at, &event).map(|(next, _)| next)
}

/// The number of the last signal that a runner has taken.
pub(super) fn last_signal(entries: &[Entry]) -> u64 {
    let number = |(_, event)| match event {
        &Event::Signalled { number, .. } => number,
        _ => None,
    };
    events(entries).filter_map(number).max().unwrap_or_default()
}
