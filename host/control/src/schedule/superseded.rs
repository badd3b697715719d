//! A schedule is imported anew with other times: what was due by the old ones, and is not decided, is not forgotten.

use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::store::{Store, StoreError};

use super::clock;
use super::decide::{Decision, Known, decide};
use super::declared::{Kind, Schedule};
use super::history::{Entry, Outcome};
use super::kept::Kept;
use super::length::Length;
use super::progress::Progress;
use crate::error::Result;
use crate::words;

/// Why a time that was due starts nothing.
const CHANGED: &str = "the schedule was changed while it was due";

/// Writes what became of the times that were due by what the schedule said so far. Returns what a person should know of
/// them. Where a clock is in doubt nothing is decided.
pub(super) async fn close(
    store: &dyn Store,
    old: &Kept,
    (by, now): (&str, Timestamp),
) -> Result<Vec<String>> {
    let (schedule, since) = (&old.terms.schedule, old.terms.since());
    let mut progress = Progress::of(store, &schedule.name).await?;
    if clock::doubt(&progress, since, now).is_some() {
        return Ok(Vec::new());
    }
    let (decided, waiting) = (progress.terms.decided, progress.terms.waiting.as_ref());
    // A time that has come is due, also where its place in the spread is still to come.
    let at_once = Schedule { within: Length(Duration::ZERO), ..schedule.clone() };
    let known = Known { schedule: &at_once, since, decided, waiting, hold: None, running: None };
    let mut said = Vec::new();
    for decision in decide(&known, now) {
        let time = decision.time();
        let entry = match Entry::of(store, &schedule.name, time).await? {
            // Another process is at it, or was: what has begun runs.
            Some(claim) if !claim.terms.outcome.is_final() => {
                let id = Kind::Drill.id(&schedule.name, time);
                let outcome = match store.execution(&id).await {
                    Ok(_) => Outcome::Started { execution: id, ended: String::new() },
                    Err(StoreError::NotFound(_)) => outcome(decision),
                    Err(error) => return Err(error.into()),
                };
                claim.becomes(store, outcome, (by, now)).await?
            }
            Some(entry) => entry,
            None => {
                let (name, outcome) = (schedule.name.as_str(), outcome(decision));
                match Entry::first(store, (name, time), outcome, (by, now)).await {
                    // Another process has decided it at this moment.
                    Err(error @ StoreError::Conflict { .. }) => {
                        Entry::of(store, name, time).await?.ok_or(error)?
                    }
                    written => written?,
                }
            }
        };
        if !matches!(entry.terms.outcome, Outcome::Started { .. }) {
            let (word, why) = (entry.terms.outcome.word(), entry.terms.outcome.why());
            said.push(format!("{} counts as {word}: {why}", words::time(time)));
        }
        let terms = progress.behind(&entry);
        progress = progress.write(store, terms, (by, now)).await?;
    }
    Ok(said)
}

fn outcome(decision: Decision) -> Outcome {
    match decision {
        Decision::Skip(_, why) => Outcome::Skipped { why },
        Decision::Hold(_, why) => Outcome::Held { why },
        Decision::Miss { why, more, .. } => Outcome::Missed { why, more },
        Decision::Wait { why, .. } => Outcome::Skipped { why: format!("{CHANGED}: {why}") },
        Decision::Start(_) => Outcome::Skipped { why: CHANGED.to_owned() },
    }
}
