//! The decoder of journals. An input is lines of JSON: heads of executions and entries. What is decoded is
//! encoded, folded, replayed and resumed; a journal may make no sense, but never panics.

#[path = "resume.rs"]
mod resume;

use moontide_runtime::journal::cursor::Past;
use moontide_runtime::journal::{Body, Entry, Execution};
use moontide_runtime::scheduler::{Graph, State, machine};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What an input held, and what became of it.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) heads: usize,
    pub(crate) entries: usize,
    /// Whether a driver that resumed from the entries came to an end in order.
    pub(crate) resumed: bool,
}

/// Decodes the input, and does with it what a process does that resumes.
pub(crate) fn read(data: &[u8]) -> Read {
    let Ok(text) = std::str::from_utf8(data) else { return Read::default() };
    let heads: Vec<Execution> = text.lines().take(64).filter_map(decode).collect();
    let entries: Vec<Entry> = text.lines().take(64).filter_map(decode).collect();
    for head in &heads {
        let _ = (head.format.readable(), head.bundle.digest());
        fold(&Graph::of(head), &entries);
    }
    fold(&Graph::of(resume::execution()), &entries);
    replay(&entries);
    let resumed = !entries.is_empty() && resume::go_on(&entries);
    Read { heads: heads.len(), entries: entries.len(), resumed }
}

/// Decodes a line; what is decoded and encoded again means the same.
fn decode<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(line: &str) -> Option<T> {
    let value: T = serde_json::from_str(line).ok()?;
    let text = serde_json::to_string(&value).expect("what was decoded can be encoded");
    let again: T = serde_json::from_str(&text).expect("what was encoded can be decoded");
    assert_eq!(again, value, "{text}");
    Some(value)
}

/// The state after the entries' events.
fn fold(graph: &Graph, entries: &[Entry]) {
    let events = entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event } => Some((entry.at, event)),
        _ => None,
    });
    let state: State = machine::fold(graph, events);
    assert_eq!(state.waves.len(), graph.len());
    let requests = machine::outstanding(graph, &state);
    assert!(!state.status().is_terminal() || requests.len() == 1, "{requests:?}");
    serde_json::to_string(&state).expect("a state can be shown");
    let results = machine::results(graph, &state);
    assert!(results.len() <= graph.len());
}

/// Asks for the entries' effects in their order: each once, and then for nothing.
fn replay(entries: &[Entry]) {
    let mut past = Past::of(entries);
    for entry in entries {
        let (Body::Intent { step, .. } | Body::Outcome { step, .. }) = &entry.body else {
            continue;
        };
        if let Err(mismatch) = past.next(step) {
            assert!(!mismatch.to_string().is_empty());
        }
        let root = step.lane.root();
        assert!(past.remains(&root) == past.leftover(&root).is_some());
        assert!(past.remains(&root) || !past.is_cut_off(&root));
    }
    let steps = entries.iter().filter(|entry| !matches!(entry.body, Body::Event { .. }));
    for entry in steps {
        let (Body::Intent { step, .. } | Body::Outcome { step, .. }) = &entry.body else {
            continue;
        };
        assert!(!past.remains(&step.lane.root()), "every record was taken by a step");
    }
}
