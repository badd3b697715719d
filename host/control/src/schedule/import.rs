//! Importing a file of schedules: each becomes a document of the store, in the place of the one of its name.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::checked::{Checked, check};
use super::clock::is_ahead;
use super::kept::{Kept, Terms};
use super::progress::Progress;
use super::{superseded, written};
use crate::error::{CommandError, Result, code};
use crate::next::Next;
use crate::operator::Operator;
use std::path::Path;

/// What an import did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Imported {
    /// Where.
    pub store: String,
    /// The schedules of the file.
    pub schedules: Vec<Done>,
    /// Those of the store that are not in the file, and stay.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// The steps that make sense now.
    pub next: Vec<Next>,
}

/// What became of one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Done {
    /// Its name.
    pub name: String,
    /// `new`, `changed` or `unchanged`.
    pub change: &'static str,
    /// What a person should know of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Reads and checks a file, and everything that it names; all of it is right, or nothing is done.
pub fn examine(
    operator: (&crate::environment::Environment, &dyn crate::listener::Listener),
    file: &Path,
    now: Timestamp,
) -> Result<Vec<Checked>> {
    let (environment, listener) = operator;
    let read = written::read(file, now)?;
    read.into_iter().map(|read| check(environment, listener, read, now)).collect()
}

/// Imports what was examined, in the name of this person.
pub async fn import(
    operator: &Operator,
    checked: Vec<Checked>,
    (by, now): (&str, Timestamp),
) -> Result<Imported> {
    let store = operator.store.as_ref();
    let before = Kept::each(store).await?;
    let (mut schedules, mut names) = (Vec::new(), Vec::new());
    for Checked { schedule, .. } in &checked {
        let newer = before.iter().find_map(|(name, kept)| {
            let error = kept.as_ref().err().filter(|it| it.code == code::NEWER_FORMAT);
            error.filter(|_| *name == schedule.name).map(|it| it.message.clone())
        });
        if let Some(message) = newer {
            return Err(CommandError::new(code::NEWER_FORMAT, message));
        }
    }
    // Sources are what a store may refuse: nothing is changed before it has all of them.
    for checked in &checked {
        checked.sources.keep(store, (by, now)).await?;
    }
    for Checked { mut schedule, sources, mut warnings, has_start } in checked {
        let name = schedule.name.clone();
        let found = before.iter().find(|(it, _)| *it == name);
        // One that cannot be read is written anew.
        let old = found.and_then(|(_, kept)| kept.as_ref().ok());
        let terms = old.map(|it| &it.terms);
        // One that stays goes on from where it began; a start that is to come was written, and is no more.
        if let Some(Terms { schedule: old, .. }) = terms.filter(|it| {
            !has_start
                && it.schedule.when == schedule.when
                && it.schedule.start <= now
                && !is_ahead(it.since(), now)
        }) {
            schedule.start = old.start;
        }
        let digest = sources.digest();
        let is_same = terms.is_some_and(|it| {
            it.schedule == schedule && it.sources == digest && !is_ahead(it.since(), now)
        });
        if !is_same {
            if let Some(old) = old.filter(|it| !it.terms.has_times_of(&schedule)) {
                warnings.extend(superseded::close(store, old, (by, now)).await?);
            }
            let version = match old {
                Some(old) => old.version,
                None => Kept::version(store, &name).await?,
            };
            let mut terms = Terms::imported(schedule, digest, (by, now), terms);
            if found.is_some() && old.is_none() {
                warnings.push(
                    "what stood there cannot be read: whether it was paused is not known"
                        .to_owned(),
                );
            }
            // What one of this name has missed before that was removed is its affair no more.
            if old.is_none() && Progress::of(store, &name).await?.version > 0 {
                terms.resumed_at = Some(now);
            }
            Kept { version, terms }.write(store, (by, now)).await?;
        }
        let change = match found {
            None => "new",
            Some(_) if is_same => "unchanged",
            Some(_) => "changed",
        };
        names.push(name.clone());
        schedules.push(Done { name, change, warnings });
    }
    let others = before.into_iter().map(|(name, _)| name);
    let others = others.filter(|name| !names.contains(name)).collect();
    let next = vec![Next::ScheduleTimes { schedule: None }];
    Ok(Imported { store: operator.address.text(), schedules, others, next })
}
