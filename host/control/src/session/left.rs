//! Sessions that no runner drives: they were cut off, and may have left an effect whose end nothing has seen.

use moontide_runtime::effect::Outcome;
use moontide_runtime::journal::{Body, Entry};
use moontide_runtime::plan::Mode;
use moontide_runtime::store::{Store, Wanted};

use super::lines::{NEXT_LINE, SHOW};
use crate::error::Result;
use crate::list::Line;
use crate::view::Record;

/// So many of the last sessions are looked at.
const LOOKED_AT: usize = 20;

/// A session that was cut off.
pub struct Left {
    /// Its record.
    pub record: Record,
    /// The operations that were about to be sent, and of which nothing says how they ended.
    pub open: Vec<String>,
    /// How many lines it has.
    pub lines: usize,
}

/// The sessions that were cut off, the last one first.
pub async fn all(store: &dyn Store) -> Result<Vec<Left>> {
    let wanted =
        Wanted { runbook: Some("session".to_owned()), limit: Some(LOOKED_AT), ..Wanted::default() };
    let mut left = Vec::new();
    for line in Line::all(store, &wanted).await? {
        let is_open = line.status.is_some_and(|status| !status.is_terminal());
        if line.runner.is_some() || !is_open || line.mode != Some(Mode::Drill) {
            continue;
        }
        let record = Record::load(store, &line.execution).await?;
        if record.execution.is_session() && record.runner.is_none() && !record.is_over() {
            let (open, lines) = (open(&record.entries), lines(&record.entries));
            left.push(Left { record, open, lines });
        }
    }
    Ok(left)
}

/// The operations whose intent has no outcome.
fn open(entries: &[Entry]) -> Vec<String> {
    let mut open = Vec::new();
    for entry in entries {
        match &entry.body {
            Body::Intent { step, .. } => open.push((step.key.clone(), step.operation.clone())),
            Body::Outcome { step, .. } => open.retain(|(key, _)| *key != step.key),
            Body::Event { .. } => {}
        }
    }
    open.into_iter().map(|(_, operation)| operation).collect()
}

/// The lines that were typed.
fn lines(entries: &[Entry]) -> usize {
    let is_line = |entry: &&Entry| match &entry.body {
        Body::Outcome { step, outcome: Outcome::Ok { value }, .. } => {
            step.operation == NEXT_LINE && value["text"].is_string()
        }
        _ => false,
    };
    entries.iter().filter(is_line).count()
}

/// The lines of a session that worked, as they were typed.
pub fn worked(entries: &[Entry]) -> Vec<String> {
    let (mut worked, mut typed) = (Vec::new(), None);
    for entry in entries {
        let Body::Outcome { step, outcome, .. } = &entry.body else { continue };
        match (step.operation.as_str(), outcome) {
            (NEXT_LINE, Outcome::Ok { value }) => typed = value["text"].as_str().map(str::to_owned),
            (SHOW, _) => {
                let shown = step.arguments.as_ref();
                let has_failed = shown.is_none_or(|shown| shown["error"].is_object());
                worked.extend(typed.take().filter(|_| !has_failed));
            }
            _ => {}
        }
    }
    worked
}
