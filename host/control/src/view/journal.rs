//! The journal itself, entry by entry.

use std::collections::BTreeMap;

use moontide_runtime::journal::{Body, Entry};
use moontide_runtime::scheduler::Refusal;

use super::Record;

/// Some entries of a journal.
#[derive(Clone, Debug)]
pub struct Journal<'r> {
    /// They, in their order.
    pub entries: Vec<&'r Entry>,
    /// Why signals among them were refused, by sequence.
    pub refused: &'r BTreeMap<u64, Refusal>,
}

impl Journal<'_> {
    /// The entries of an execution from this one on; only those of one lane, if it is named.
    pub fn of<'r>(record: &'r Record, lane: Option<&str>, from: u64) -> Journal<'r> {
        let wanted = |entry: &&Entry| {
            entry.sequence >= from && lane.is_none_or(|lane| lane_of(&entry.body) == Some(lane))
        };
        let entries = record.entries.iter().filter(wanted).collect();
        Journal { entries, refused: &record.refused }
    }
}

fn lane_of(body: &Body) -> Option<&str> {
    match body {
        Body::Event { .. } => None,
        Body::Intent { step, .. } | Body::Outcome { step, .. } => Some(step.lane.as_str()),
    }
}
