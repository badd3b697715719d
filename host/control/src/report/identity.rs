//! Which execution a report is about: what it was, who began it, when and where, and from what it ran.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use moontide_runtime::journal::{Body, Channel, Entry, Execution};
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{Event, SignalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::known::Known;
use super::subject::Subject;
use crate::contract::engine;
use crate::params;
use crate::words;

/// In which world it happened.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum World {
    /// In AWS.
    Aws,
    /// Against a simulator that stood for AWS: it proves nothing about AWS.
    Simulator,
    /// In a rehearsal, in virtual time: nothing happened at all.
    Rehearsal,
}

impl World {
    /// That of an execution.
    pub fn of(execution: &Execution) -> World {
        match (execution.source, &execution.simulator) {
            (Some(Channel::Rehearsal), _) => World::Rehearsal,
            (_, Some(_)) => World::Simulator,
            (_, None) => World::Aws,
        }
    }

    /// What stands on every page of a report that is about no real event.
    pub fn mark(self) -> Option<&'static str> {
        match self {
            World::Aws => None,
            World::Simulator => Some("SIMULATOR: nothing of this happened in AWS"),
            World::Rehearsal => Some("REHEARSAL: nothing of this happened"),
        }
    }
}

/// A moment, as clocks show it where the report was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Moment {
    /// In UTC.
    pub utc: Timestamp,
    /// There: `2026-11-20 09:00:03 CET`.
    pub local: String,
}

impl Moment {
    /// A moment in a zone.
    pub fn of(utc: Timestamp, zone: &TimeZone) -> Moment {
        let rounded = utc.round(jiff::Unit::Second).unwrap_or(utc);
        let local = rounded.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
        Moment { utc, local }
    }
}

/// The execution itself.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema, Deserialize)]
pub struct Identity {
    /// Its id.
    pub execution: String,
    /// The runbook's name.
    pub runbook: String,
    /// What the runbook says of itself.
    pub description: String,
    /// Drill or recovery.
    #[schemars(with = "engine::Mode")]
    pub mode: Mode,
    /// Where it happened.
    pub world: World,
    /// The person who began it.
    pub created_by: String,
    /// Why.
    pub reason: Known<String>,
    /// What started it.
    #[schemars(with = "Known<engine::Channel>")]
    pub source: Known<Channel>,
    /// When it was created.
    pub created: Moment,
    /// When it began.
    pub began: Known<Moment>,
    /// When it ended.
    pub ended: Known<Moment>,
    /// From its beginning to its end.
    pub seconds: Known<u64>,
    /// How many runners have driven it, one after another.
    pub runners: usize,
    /// Its AWS account.
    pub account: Known<String>,
    /// Its Regions.
    pub regions: Vec<String>,
    /// The Region in which its source servers run.
    pub source_region: Known<String>,
    /// Its params, secrets left out.
    pub params: BTreeMap<String, Value>,
    /// What its operator has put on it.
    pub labels: BTreeMap<String, String>,
    /// The digest of all its sources, the library's too.
    pub sources: String,
    /// The files of the runbook, each with the SHA-256 of its text.
    pub files: BTreeMap<String, String>,
    /// The release that began it.
    pub moontide: String,
    /// The Luau that it began with.
    pub luau: String,
}

impl Identity {
    pub(super) fn of(subject: &Subject<'_>, zone: &TimeZone) -> Identity {
        let execution = &subject.record.execution;
        let whole = subject.moments.timeline.whole;
        let moment = |at: Timestamp| Moment::of(at, zone);
        let over = subject.record.status().is_terminal();
        let ended = whole.ended_at.filter(|_| over);
        let reason = Some(execution.reason.clone()).filter(|reason| !reason.is_empty());
        let seconds = whole.started_at.zip(ended);
        let seconds = seconds.map(|(from, to)| words::between(from, to).as_secs());
        Identity {
            execution: execution.id.clone(),
            runbook: execution.plan.name.clone(),
            description: execution.plan.description.clone(),
            mode: execution.mode,
            world: World::of(execution),
            created_by: execution.created_by.clone(),
            reason: Known::or_why(reason, "no reason was given"),
            source: Known::or_why(execution.source, "an earlier release did not note it"),
            created: moment(execution.created_at),
            began: Known::or_why(whole.started_at.map(moment), "it has not begun"),
            ended: Known::or_why(ended.map(moment), "it is not over"),
            seconds: Known::or_why(seconds, "it is not over"),
            runners: runners(&subject.record.entries),
            account: Known::or_why(execution.account.clone(), "it was not noted"),
            regions: execution.regions.clone(),
            source_region: Known::or_why(
                execution.plan.source_region.clone(),
                "the runbook does not say",
            ),
            params: params::shown(execution),
            labels: execution.labels.clone(),
            sources: execution.digest(),
            files: files(execution),
            moontide: execution.moontide.clone(),
            luau: execution.luau.clone(),
        }
    }
}

/// How many runners have driven it. What only writes down a note, as `moontide note` does where nothing runs, drives
/// nothing.
fn runners(entries: &[Entry]) -> usize {
    let is_note = |entry: &&Entry| {
        matches!(&entry.body, Body::Event { event: Event::Signalled { signal, .. } }
            if signal.wish == SignalKind::Note)
    };
    let mut epochs: Vec<u64> =
        entries.iter().filter(|it| !is_note(it)).map(|it| it.epoch).collect();
    epochs.dedup();
    epochs.len()
}

/// The author's files, not the library's: that is the release's.
fn files(execution: &Execution) -> BTreeMap<String, String> {
    let own = execution.bundle.modules.iter().filter(|(name, _)| !name.starts_with('@'));
    own.map(|(_, module)| (module.file.clone(), module.source.hash().to_string())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entry(sequence: u64, epoch: u64, event: &Value) -> Entry {
        let entry = json!({
            "sequence": sequence, "epoch": epoch, "at": "2026-11-20T08:00:00Z", "kind": "event", "event": event,
        });
        serde_json::from_value(entry).expect("an entry")
    }

    #[test]
    fn a_note_is_no_runner() {
        let started = json!({ "event": "started" });
        let signal = |wish: &str| {
            let signal = json!({ "wish": wish, "by": "ann", "comment": "why", "at": "2026-11-20T08:00:00Z" });
            json!({ "event": "signalled", "signal": signal })
        };
        let mut entries = vec![entry(1, 1, &started)];
        assert_eq!(runners(&entries), 1);
        entries.push(entry(2, 2, &signal("note")));
        entries.push(entry(3, 3, &signal("note")));
        assert_eq!(runners(&entries), 1);
        entries.push(entry(4, 4, &signal("pause")));
        assert_eq!(runners(&entries), 2);
    }
}
