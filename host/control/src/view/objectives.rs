//! What a runbook wants to achieve, and what was achieved: how long the recovery took against its RTO, how
//! old the data of its servers was against its RPO.

use std::time::Duration;

use moontide_runtime::scheduler::WaveStatus;
use moontide_runtime::scheduler::graph::Turn;
use schemars::JsonSchema;
use serde::Serialize;

use super::server::also_failed;
use super::timeline::Timeline;
use super::{Record, ServerView, WaveView};
use crate::objective::judge::{Course, rpo_met, rto_met};
use crate::objective::ran::{Ran, Seen, raw};
use crate::report::{Known, effects};
use crate::words;

/// The objectives of a runbook that declares some, and what an execution achieved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Objectives {
    /// How long it took, from its start to the end of its last wave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rto: Option<Objective>,
    /// The oldest data that a server was launched with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpo: Option<Objective>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Objective {
    /// What the runbook wants.
    pub seconds: u64,
    /// What was achieved; `None`: it is not over, or AWS did not say.
    pub achieved_seconds: Option<u64>,
    /// Whether that is good enough; `None`: it cannot be told yet, or not all of it ran.
    pub met: Option<bool>,
    /// Why it cannot be told, where it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// How much too long or too old it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed_by_seconds: Option<u64>,
    /// The server that the worst of it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

impl Objective {
    /// What was wanted against what was achieved, and whether that is good enough.
    pub fn of(
        wanted: Duration,
        achieved: Option<u64>,
        met: &Known<bool>,
        server: Option<String>,
    ) -> Objective {
        let seconds = wanted.as_secs();
        let missed_by_seconds =
            achieved.map(|it| it.saturating_sub(seconds)).filter(|missed| *missed > 0);
        let unknown = met.why().map(str::to_owned);
        let met = met.value().copied();
        Objective { seconds, achieved_seconds: achieved, met, unknown, missed_by_seconds, server }
    }
}

impl Objectives {
    /// Those of an execution whose waves are these: judged as its report judges them.
    pub fn of(record: &Record, timeline: &Timeline, waves: &[WaveView]) -> Objectives {
        let plan = &record.execution.plan;
        if plan.rto.is_none() && plan.rpo.is_none() {
            return Objectives::default();
        }
        let servers: Vec<(&str, ServerView)> =
            waves.iter().flat_map(|it| all(record, it)).collect();
        let seen = servers.iter().map(|(wave, it)| Seen {
            wave,
            server: &it.server,
            name: it.label(),
            is_up: it.verdict == "launched",
        });
        let effects = effects::all(&record.entries);
        let left = Ran::of(record, &effects, &seen.collect::<Vec<_>>()).left();
        Objectives {
            rto: plan.rto.map(|wanted| rto(record, timeline, (wanted, left.as_deref()))),
            rpo: plan.rpo.map(|wanted| rpo(&servers, (wanted, left.as_deref()))),
        }
    }

    /// Whether the runbook declares none.
    pub fn is_empty(&self) -> bool {
        *self == Objectives::default()
    }
}

/// The servers of a wave, those that it has not launched too.
fn all<'w>(record: &Record, wave: &'w WaveView) -> Vec<(&'w str, ServerView)> {
    let mut servers = wave.servers.clone();
    also_failed(&mut servers, raw(record, &wave.name));
    servers.into_iter().map(|it| (wave.name.as_str(), it)).collect()
}

fn rto(
    record: &Record,
    timeline: &Timeline,
    (wanted, left): (Duration, Option<&str>),
) -> Objective {
    let status = record.status();
    let is_adopted = record.execution.is_adopted();
    let took = took(record, timeline).filter(|_| status.is_terminal() && !is_adopted);
    let took = took.map(|took| took.as_secs());
    let why = if is_adopted { "its journal was made anew" } else { "it is not over" };
    let course = Course { status, is_adopted, is_whole: true, left };
    let met = rto_met(&Known::or_why(took, why), &Known::Known(wanted.as_secs()), course);
    Objective::of(wanted, took, &met, None)
}

/// From the start to the end of the last wave, hooks that run after it left out.
fn took(record: &Record, timeline: &Timeline) -> Option<Duration> {
    let ordinary = record.nodes().filter(|(_, node, _)| node.turn == Turn::Ordinary);
    let run = ordinary.filter(|(_, _, wave)| wave.status != WaveStatus::Skipped);
    let end = run.filter_map(|(at, ..)| timeline.waves[at].ended_at).max();
    Some(words::between(timeline.whole.started_at?, end.or(timeline.whole.ended_at)?))
}

/// The worst of what was launched.
fn rpo(servers: &[(&str, ServerView)], (wanted, left): (Duration, Option<&str>)) -> Objective {
    let ages = servers.iter().map(|(_, it)| (it.verdict == "launched", it.data_age()));
    let met = rpo_met(&ages.collect::<Vec<_>>(), Some(wanted.as_secs()), left);
    let known = servers.iter().filter_map(|(_, it)| Some((it.rpo_seconds?, it.label())));
    let worst = known.max_by_key(|it| it.0);
    let achieved = worst.map(|(seconds, _)| seconds);
    Objective::of(wanted, achieved, &met, worst.map(|(_, name)| name.to_owned()))
}
