//! What the events of a journal say, read off its entries.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Body, Entry, Event};

/// The events of a journal, and when they happened.
pub fn events(entries: &[Entry]) -> impl Iterator<Item = (Timestamp, &Event)> {
    entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event } => Some((entry.at, event)),
        _ => None,
    })
}

/// The ids of all prompts that programs have asked.
pub fn asked(entries: &[Entry]) -> BTreeSet<String> {
    let id = |(_, event): (Timestamp, &Event)| match event {
        Event::Asked { prompt } => Some(prompt.id.clone()),
        _ => None,
    };
    events(entries).filter_map(id).collect()
}

/// How far ahead the clock was of the machine that drove last.
pub fn machine_ahead(entries: &[Entry]) -> i64 {
    let ahead = |(_, event)| match event {
        &Event::Clock { ahead } => Some(ahead),
        _ => None,
    };
    events(entries).filter_map(ahead).last().unwrap_or_default()
}

/// What operators have changed about the limits of an execution since it began.
pub fn limited(entries: &[Entry]) -> BTreeMap<String, String> {
    let limits = |(_, event): (Timestamp, &Event)| match event {
        Event::Limited { limits, .. } => Some(limits.clone()),
        _ => None,
    };
    events(entries).filter_map(limits).flatten().collect()
}

/// The number of the last signal that was taken.
pub fn last_signal(entries: &[Entry]) -> u64 {
    let number = |(_, event)| match event {
        &Event::Signalled { number, .. } => number,
        _ => None,
    };
    events(entries).filter_map(number).max().unwrap_or_default()
}
