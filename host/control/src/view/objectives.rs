//! What a runbook wants to achieve, and what was achieved: how long the recovery took against its RTO, how
//! old the data of its servers was against its RPO.

use std::time::Duration;

use moontide_runtime::plan::Plan;
use moontide_runtime::scheduler::graph::Turn;
use moontide_runtime::scheduler::{ExecutionStatus, WaveStatus};
use schemars::JsonSchema;
use serde::Serialize;

use super::timeline::Timeline;
use super::{Record, ServerView};
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
    /// Whether that is good enough; `None`: it cannot be told yet.
    pub met: Option<bool>,
    /// How much too long or too old it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed_by_seconds: Option<u64>,
    /// The server that the worst of it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

impl Objective {
    /// What was wanted against what was achieved.
    pub fn of(wanted: Duration, achieved: Option<u64>, server: Option<String>) -> Objective {
        let seconds = wanted.as_secs();
        let missed_by_seconds =
            achieved.map(|it| it.saturating_sub(seconds)).filter(|missed| *missed > 0);
        let met = achieved.map(|it| it <= seconds);
        Objective { seconds, achieved_seconds: achieved, met, missed_by_seconds, server }
    }
}

impl Objectives {
    /// Those of an execution whose servers are these.
    pub fn of<'s>(
        record: &Record,
        timeline: &Timeline,
        servers: impl Iterator<Item = &'s ServerView>,
    ) -> Objectives {
        let plan = &record.execution.plan;
        let rto = plan.rto.map(|wanted| {
            let over = record.status().is_terminal();
            let took = took(record, timeline).filter(|_| over).map(|took| took.as_secs());
            let objective = Objective::of(wanted, took, None);
            let failed = over && record.status() != ExecutionStatus::Completed;
            // Whatever it took, a recovery that did not come to its end is none.
            if failed { Objective { met: Some(false), ..objective } } else { objective }
        });
        Objectives { rto, rpo: rpo(plan, servers) }
    }

    /// Whether the runbook declares none.
    pub fn is_empty(&self) -> bool {
        *self == Objectives::default()
    }
}

/// From the start to the end of the last wave, hooks that run after it left out.
fn took(record: &Record, timeline: &Timeline) -> Option<Duration> {
    let ordinary = record.nodes().filter(|(_, node, _)| node.turn == Turn::Ordinary);
    let run = ordinary.filter(|(_, _, wave)| wave.status != WaveStatus::Skipped);
    let end = run.filter_map(|(at, ..)| timeline.waves[at].ended_at).max();
    Some(words::between(timeline.whole.started_at?, end.or(timeline.whole.ended_at)?))
}

/// The worst of what was launched.
fn rpo<'s>(plan: &Plan, servers: impl Iterator<Item = &'s ServerView>) -> Option<Objective> {
    let wanted = plan.rpo?;
    let worst = servers.filter_map(|it| Some((it.rpo_seconds?, it.label()))).max_by_key(|it| it.0);
    let achieved = worst.map(|(seconds, _)| seconds);
    Some(Objective::of(wanted, achieved, worst.map(|(_, name)| name.to_owned())))
}
