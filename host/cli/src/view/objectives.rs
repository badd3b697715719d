//! What a runbook wants to achieve, and what was achieved: how long the recovery took against its RTO, how
//! old the data of its servers was against its RPO.

use std::time::Duration;

use moontide_control::words;
use moontide_runtime::plan::Plan;
use moontide_runtime::scheduler::graph::Turn;
use moontide_runtime::scheduler::{ExecutionStatus, WaveStatus};
use serde::Serialize;

use super::timeline::Timeline;
use super::{Record, ServerView};
use crate::output::style::{bad, faint, good, plain, strong};
use crate::output::{Page, Span};

/// The objectives of a runbook that declares some, and what an execution achieved.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Objectives {
    /// How long it took, from its start to the end of its last wave.
    #[serde(skip_serializing_if = "Option::is_none")]
    rto: Option<Objective>,
    /// The oldest data that a server was launched with.
    #[serde(skip_serializing_if = "Option::is_none")]
    rpo: Option<Objective>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Objective {
    /// What the runbook wants.
    seconds: u64,
    /// What was achieved; `None`: it is not over, or AWS did not say.
    achieved_seconds: Option<u64>,
    /// Whether that is good enough; `None`: nobody can tell yet.
    met: Option<bool>,
    /// How much too long or too old it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    missed_by_seconds: Option<u64>,
    /// The server that the worst of it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<String>,
}

impl Objective {
    fn of(wanted: Duration, achieved: Option<u64>, server: Option<String>) -> Objective {
        let seconds = wanted.as_secs();
        let missed_by_seconds =
            achieved.map(|it| it.saturating_sub(seconds)).filter(|missed| *missed > 0);
        let met = achieved.map(|it| it <= seconds);
        Objective { seconds, achieved_seconds: achieved, met, missed_by_seconds, server }
    }

    /// `, the RTO of 2h 00m is met`; `, the RPO of 15m 00s is missed by 71h 45m`.
    fn verdict(&self, name: &str) -> Vec<Span<'static>> {
        let Some(met) = self.met else { return Vec::new() };
        let wanted = words::duration(Duration::from_secs(self.seconds));
        let missed = self.missed_by_seconds.map(Duration::from_secs).map(words::duration);
        let by = missed.map(|by| format!(" by {by}")).unwrap_or_default();
        vec![
            plain(format!(", the {name} of {wanted} is ")),
            if met { good("met") } else { bad("missed") },
            plain(by),
        ]
    }
}

impl Objectives {
    /// Those of an execution whose servers are these.
    pub(crate) fn of<'s>(
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
    pub(crate) fn is_empty(&self) -> bool {
        *self == Objectives::default()
    }

    /// The RTO, once it is over, and the RPO.
    pub(crate) fn write(&self, page: &mut Page) {
        if let Some(rto) = &self.rto
            && let Some(achieved) = rto.achieved_seconds
        {
            let failed = rto.met == Some(false) && rto.missed_by_seconds.is_none();
            let head = if failed { "not recovered after " } else { "recovery time: " };
            let took = words::duration(Duration::from_secs(achieved));
            page.line([faint(head), strong(took)].into_iter().chain(rto.verdict("RTO")));
        }
        self.write_rpo(page);
    }

    /// The RPO, if a server was launched.
    pub(crate) fn write_rpo(&self, page: &mut Page) {
        let Some(rpo) = &self.rpo else { return };
        let Some(achieved) = rpo.achieved_seconds else { return };
        let age = words::duration(Duration::from_secs(achieved));
        let mut line = vec![faint("oldest data: "), strong(age)];
        line.extend(rpo.server.as_ref().map(|name| plain(format!(" on {name}"))));
        line.extend(rpo.verdict("RPO"));
        page.line(line);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(objectives: &Objectives) -> String {
        let mut page = Page::default();
        objectives.write(&mut page);
        page.into_plain()
    }

    #[test]
    fn what_was_missed_is_said_with_how_much() {
        let minutes = Duration::from_mins;
        let server = Some("db-1".to_owned());
        let rto = Some(Objective::of(minutes(120), Some(1800), None));
        let rpo = Some(Objective::of(minutes(15), Some(259_200), server));
        insta::assert_snapshot!(said(&Objectives { rto, rpo }), @"
        recovery time: 30m 00s, the RTO of 2h 00m is met
        oldest data: 72h 00m on db-1, the RPO of 15m 00s is missed by 71h 45m
        ");
    }

    #[test]
    fn what_is_not_known_yet_is_neither_met_nor_missed() {
        let rto = Some(Objective::of(Duration::from_hours(2), None, None));
        let rpo = Some(Objective::of(Duration::from_mins(15), None, None));
        assert_eq!(said(&Objectives { rto, rpo }), "");
    }

    #[test]
    fn a_recovery_that_did_not_come_to_its_end_misses_its_objective() {
        let rto = Objective::of(Duration::from_hours(2), Some(60), None);
        let rto = Some(Objective { met: Some(false), ..rto });
        let said = said(&Objectives { rto, rpo: None });
        assert_eq!(said, "not recovered after 1m 00s, the RTO of 2h 00m is missed\n");
    }
}
