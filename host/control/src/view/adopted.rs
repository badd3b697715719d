//! What is said of an execution that was adopted: how its servers were found, and that nothing goes on from it.

use moontide_runtime::journal::{Body, Entry, Execution};
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{End, Event};
use serde_json::Value;

use super::{Record, ServerView};
use crate::error::{CommandError, Hint, code};
use crate::next::Next;
use crate::words;

/// The servers of a wave as they were found, also later: how the wave itself ended is not known.
pub(super) fn servers(record: &Record, wave: &str) -> Vec<ServerView> {
    let found = ends(record).filter(|(of, _)| *of == wave);
    found.flat_map(|(_, details)| ServerView::all_in(details)).collect()
}

/// The waves that its head does not name: their launches were found later.
pub(super) fn later_waves(record: &Record) -> Vec<&str> {
    let mut waves = Vec::new();
    for (wave, _) in ends(record).filter(|_| record.execution.is_adopted()) {
        if record.graph.index(wave).is_none() && !waves.contains(&wave) {
            waves.push(wave);
        }
    }
    waves
}

/// What was found of its waves, one time after another.
fn ends(record: &Record) -> impl Iterator<Item = (&str, &Value)> {
    record.entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event: Event::Ended { wave, end: End::Cancelled { details }, .. } } => {
            Some((wave.as_str(), details))
        }
        _ => None,
    })
}

/// The Regions of which it is known what it has launched there: those that were looked in when it was adopted. Of
/// one that was pruned since, those in which it has launched.
pub fn regions(execution: &Execution, entries: &[Entry]) -> Vec<String> {
    let mut regions = execution.regions.clone();
    let effects = entries.iter().filter_map(|entry| match &entry.body {
        Body::Intent { step, .. } | Body::Outcome { step, .. } => step.arguments.as_ref(),
        Body::Event { .. } => None,
    });
    for region in effects.filter_map(|asked| asked["region"].as_str()) {
        if !regions.iter().any(|known| known == region) {
            regions.push(region.to_owned());
        }
    }
    regions
}

/// Where nothing is known of an execution that was adopted, and how to know more.
pub(super) fn elsewhere(record: &Record) -> Option<Hint> {
    let Record { execution, entries, .. } = record;
    execution.is_adopted().then(|| {
        let regions = regions(execution, entries).join(", ");
        let before = format!(
            "it was adopted from what shows in {regions}; what it has launched in other Regions is unknown: `"
        );
        let adopt = Next::Adopt {
            execution: execution.id.clone(),
            regions: Vec::new(),
            elsewhere: true,
        };
        Hint::step(before, adopt, "` adds that")
    })
}

/// What an operator has to know of it.
pub(super) fn hints(record: &Record) -> Vec<Hint> {
    let execution = &record.execution;
    let hint = execution.is_adopted().then(|| {
        Hint::from(format!(
            "it was adopted at {} by {}, from the tags on its launches: which attempt launched what, and what \
             else its waves did, is unknown",
            words::time(execution.created_at),
            execution.created_by
        ))
    });
    hint.into_iter().chain(elsewhere(record)).collect()
}

/// Refuses to go on with what was adopted.
pub fn check(execution: &Execution) -> Result<(), CommandError> {
    if execution.is_adopted() { Err(refusal(execution)) } else { Ok(()) }
}

/// The complaint that it goes on nowhere, and what can be done instead.
pub fn refusal(execution: &Execution) -> CommandError {
    let Execution { id, mode, .. } = execution;
    let message = format!(
        "`{id}` was adopted after its store was lost: what it ran from is lost too, and nothing goes on from it"
    );
    let error = CommandError::new(code::NOT_NOW, message);
    let cleanup = Next::clean_up(id);
    let error = match mode {
        Mode::Drill => error.hint(Hint::step("`", cleanup, "` terminates what it has launched")),
        Mode::Recovery => error,
    };
    let start = Next::Start { mode: *mode, replace: Vec::new() };
    error.hint(Hint::step("`", start, "` starts a new one"))
}
