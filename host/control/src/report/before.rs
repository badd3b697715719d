//! What has changed since the last drill of the same runbook.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::effect::launches::LAUNCH;
use moontide_runtime::journal::Channel;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{ExecutionStatus, WaveStatus};
use moontide_runtime::store::{Cursor, Row, Store, Wanted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cleanups;
use super::effects;
use super::known::Known;
use super::recovery::Recovery;
use super::servers::{self, Server};
use super::subject::Subject;
use crate::contract::engine;
use crate::error::Result;
use crate::view::{Record, changes};
use crate::words;

/// So many executions are looked at on the way back to it.
const LOOKED_AT: usize = 100;

/// The last drill, and the difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Before {
    /// Its id.
    pub execution: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// How it ended.
    #[schemars(with = "engine::ExecutionStatus")]
    pub status: ExecutionStatus,
    /// How many entries its journal had; `None`: an earlier release has made the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
    /// How long it took, from its beginning to the end of its last wave.
    pub took_seconds: Known<u64>,
    /// How old its oldest data was.
    pub data_age_seconds: Known<u64>,
    /// What is different, a sentence each.
    pub changes: Vec<String>,
}

impl Before {
    /// The drill before an execution, compared with it; as a report has found it, if one is given.
    pub(super) async fn of(
        store: &dyn Store,
        subject: &Subject<'_>,
        (recovery, servers): (&Recovery, &[Server]),
        then: Option<&Before>,
    ) -> Result<Known<Before>> {
        let before = match last(store, subject.record, then).await? {
            Last::Drill(before) => before,
            Last::NotRead(id, why) => {
                let why =
                    format!("the execution of this runbook before it cannot be read: {id}: {why}");
                return Ok(Known::unknown(why));
            }
            Last::None => {
                return Ok(Known::unknown(
                    "this store has no earlier drill of this runbook that is over",
                ));
            }
        };
        let then = Subject::of(&before);
        let then_servers = servers::all(&then, then.began());
        let then_ran = servers::ran(&then, &then_servers);
        let then_recovery = Recovery::of(&then, (&then_servers, &then_ran), (None, None))?;
        let mut changes = Vec::new();
        let statuses = (before.status(), subject.record.status());
        if statuses.0 != statuses.1 {
            changes.push(format!(
                "it ended {} then, and {} now",
                words::word(&statuses.0),
                words::word(&statuses.1)
            ));
        }
        let took = difference(&then_recovery.took_seconds, &recovery.took_seconds);
        changes.extend(took.map(|(words, more)| {
            format!("it took {words} {}", if more { "longer" } else { "less" })
        }));
        let age = difference(&then_recovery.data_age_seconds, &recovery.data_age_seconds);
        changes.extend(age.map(|(words, more)| {
            format!("its oldest data was {words} {}", if more { "older" } else { "younger" })
        }));
        changes.extend(of_servers(&then_servers, servers));
        let (old, new) = (&before.execution, &subject.record.execution);
        for change in changes::between(&old.bundle, &new.bundle) {
            changes.push(format!("the runbook has changed: {}", change.text()));
        }
        if old.moontide != new.moontide {
            changes
                .push(format!("moontide was {} then, and is {} now", old.moontide, new.moontide));
        }
        Ok(Known::Known(Before {
            execution: old.id.clone(),
            created_at: old.created_at,
            status: before.status(),
            entries: Some(before.entries.len() as u64),
            took_seconds: then_recovery.took_seconds,
            data_age_seconds: then_recovery.data_age_seconds,
            changes,
        }))
    }
}

/// What was found before an execution.
enum Last {
    /// The drill.
    Drill(Box<Record>),
    /// An execution that may be the drill, and why it cannot be read.
    NotRead(String, String),
    /// There is none.
    None,
}

/// The last drill of the same runbook that is over, in the same world.
async fn last(store: &dyn Store, record: &Record, then: Option<&Before>) -> Result<Last> {
    let execution = &record.execution;
    let created_us = execution.created_at.as_microsecond();
    let wanted = Wanted {
        runbook: Some(execution.plan.name.clone()),
        after: Some(Cursor { created_us, id: execution.id.clone() }),
        without_cleanups: true,
        limit: Some(LOOKED_AT),
        ..Wanted::default()
    };
    let is_one = |row: &Row| {
        let told = row
            .told
            // What it was then, it may be no more.
            .is_none_or(|told| {
                let is_over = then.is_some() || told.standing.status.is_terminal();
                told.mode == Mode::Drill && is_over
            });
        told && row.source != Some(Channel::Rehearsal)
    };
    for row in store.find(&wanted).await?.rows.into_iter().filter(is_one) {
        let before = match Record::load(store, &row.id).await {
            Ok(before) => {
                let named = then.filter(|then| then.execution == before.execution.id);
                cleanups::at(before, named.and_then(|then| then.entries))
            }
            // What is compared with an older one is not compared with the last.
            Err(error) if error.is_of_one_execution() => {
                return Ok(Last::NotRead(row.id, error.message));
            }
            Err(error) => return Err(error),
        };
        let is_alike = before.execution.mode == Mode::Drill
            && before.status().is_terminal()
            && !before.execution.is_adopted()
            && !before.execution.is_session()
            && before.execution.simulator.is_some() == execution.simulator.is_some();
        if is_alike && has_done(&before) {
            return Ok(Last::Drill(Box::new(before)));
        }
    }
    Ok(Last::None)
}

/// Whether a drill that is over has done something: one that was refused or called off before it did is no drill to
/// compare with.
fn has_done(before: &Record) -> bool {
    let statuses = before.state.waves.iter().map(|wave| wave.status);
    let effects = effects::all(&before.entries);
    let has_launched = effects.iter().any(|it| it.operation() == LAUNCH && it.value().is_some());
    has_run(before.status(), statuses, has_launched)
}

fn has_run(
    status: ExecutionStatus,
    mut waves: impl Iterator<Item = WaveStatus>,
    has_launched: bool,
) -> bool {
    has_launched
        || status == ExecutionStatus::Completed
        || waves.any(|it| it == WaveStatus::Completed)
}

/// How far apart two numbers of seconds are, and whether it is more now.
fn difference(then: &Known<u64>, now: &Known<u64>) -> Option<(String, bool)> {
    let (then, now) = (*then.value()?, *now.value()?);
    let apart = std::time::Duration::from_secs(then.abs_diff(now));
    (then != now).then(|| (words::duration(apart), now > then))
}

/// Servers that are new, are gone, or have another verdict.
fn of_servers(then: &[Server], now: &[Server]) -> Vec<String> {
    let by_id = |servers: &[Server]| -> BTreeMap<String, Server> {
        servers.iter().map(|it| (it.server.clone(), it.clone())).collect()
    };
    let (then, now) = (by_id(then), by_id(now));
    let mut changes = Vec::new();
    for (id, server) in &now {
        match then.get(id) {
            None => changes.push(format!("{} is new", server.name)),
            Some(before) if before.verdict != server.verdict => changes.push(format!(
                "{} was {} then, and is {} now",
                server.name, before.verdict, server.verdict
            )),
            Some(_) => {}
        }
    }
    let gone = then.values().filter(|server| !now.contains_key(&server.server));
    changes.extend(gone.map(|server| format!("{} is not among them any more", server.name)));
    changes.sort();
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_that_was_refused_before_any_launch_is_none_to_compare_with() {
        let ran = |waves: &[WaveStatus], has_launched| {
            has_run(ExecutionStatus::Failed, waves.iter().copied(), has_launched)
        };
        let waves = [WaveStatus::Failed, WaveStatus::Cancelled];
        assert!(!ran(&waves, false));
        assert!(ran(&waves, true));
        assert!(ran(&[WaveStatus::Completed, WaveStatus::Failed], false));
        assert!(has_run(ExecutionStatus::Completed, waves.iter().copied(), false));
    }
}
