//! The way past a limit of which a wave has failed.

use super::Record;
use crate::error::Hint;
use crate::next::Next;
use crate::settings::limits::{self, ENTRY_SIZE};

/// What to do first where a wave has failed of a limit, and a runner is at work that would meet it again.
pub(super) fn hints(record: &Record, typed: &[(String, String)]) -> Vec<Hint> {
    let Some(runner) = &record.runner else { return Vec::new() };
    let hint = |wave: &str| {
        let resume = beyond(record, wave, typed)?;
        let before = format!("stop the runner {runner} before `");
        let hint = Hint::step(before, Next::retry(&record.execution.id, wave), "`; then `");
        Some(hint.then(resume).say("` raises the limit"))
    };
    record.failed().filter_map(hint).collect()
}

/// How to resume once a wave is retried that has failed of a limit: with more of it. `typed` are the limits that the
/// operator has given with this call.
pub fn beyond(record: &Record, wave: &str, typed: &[(String, String)]) -> Option<Next> {
    let execution = &record.execution;
    let failure = record.state.waves[record.graph.index(wave)?].failure.as_ref()?;
    let limit = failure.limit.as_deref()?;
    let mut now = execution.limits.clone();
    now.extend(record.limits.clone());
    // Where the journal keeps changes, what was typed and came to be used is among them.
    now.extend(typed.iter().filter(|_| !execution.keeps_changes()).cloned());
    // What an earlier release began goes on under what it lets effects be given.
    if limit == ENTRY_SIZE && !execution.keeps_changes() {
        return None;
    }
    let limit = limits::raised(limit, &now)?;
    Some(Next::RaiseLimit { execution: execution.id.clone(), limit })
}
