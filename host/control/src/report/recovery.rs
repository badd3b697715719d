//! How long the recovery took against its RTO, and how old the data was against its RPO.

use jiff::Timestamp;
use moontide_runtime::plan::suggest;
use moontide_runtime::scheduler::WaveStatus;
use moontide_runtime::scheduler::graph::Turn;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::known::Known;
use super::servers::Server;
use super::subject::Subject;
use super::worked::worked;
use crate::error::{CommandError, Result, code};
use crate::objective::judge::{Course, beyond, rpo_met, rto_met};
use crate::objective::ran::{Ran, looks_itself};
use crate::words;

/// What the runbook wants, and what was achieved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Recovery {
    /// From when the time counts.
    pub from: Timestamp,
    /// What that moment is.
    pub from_is: String,
    /// Until when it counts.
    pub until: Known<Timestamp>,
    /// What that moment is.
    pub until_is: String,
    /// How long it may take.
    pub rto_seconds: Known<u64>,
    /// How long it took.
    pub took_seconds: Known<u64>,
    /// For how long of that nothing ran, and a person was waited for.
    pub waited_seconds: Known<u64>,
    /// How long it took without that.
    pub worked_seconds: Known<u64>,
    /// Whether it took no longer than it may, waits included.
    pub rto_met: Known<bool>,
    /// By how much it took too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rto_missed_by_seconds: Option<u64>,
    /// How many waves there are, hooks left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waves: usize,
    /// How many of them completed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waves_completed: usize,
    /// Those of them that were skipped or left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waves_skipped: Vec<String>,
    /// The servers that did not come up, optional ones too, or were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers_missing: Vec<String>,
    /// The server that was ready last, or never.
    pub slowest: Known<Worst>,
    /// How old data may be.
    pub rpo_seconds: Known<u64>,
    /// How old the oldest data was.
    pub data_age_seconds: Known<u64>,
    /// Whether that is good enough.
    pub rpo_met: Known<bool>,
    /// By how much it was too old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpo_missed_by_seconds: Option<u64>,
    /// The server with the oldest data.
    pub oldest: Known<Worst>,
}

/// The server that the worst of something is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Worst {
    /// Its id.
    pub server: String,
    /// What people call it.
    pub name: String,
    /// How bad: seconds after the beginning, or of age; `None`: it never came up.
    pub seconds: Option<u64>,
}

/// Until when the time counts: the end of the last wave, a wave or a server.
struct Until {
    at: Known<Timestamp>,
    is: String,
}

impl Recovery {
    /// That of an execution with these servers. The time counts from `declared`, else from its beginning, until the
    /// wave or the server called `until` is healthy, else to the end of the last wave.
    pub(super) fn of(
        subject: &Subject<'_>,
        (servers, ran): (&[Server], &Ran),
        (declared, until): (Option<Timestamp>, Option<&str>),
    ) -> Result<Recovery> {
        let plan = &subject.record.execution.plan;
        let from = declared.unwrap_or_else(|| subject.began());
        let until = match until {
            None => Until::end(subject),
            Some(name) => Until::named(subject, servers, name)?,
        };
        if let Known::Known(at) = until.at
            && at < from
        {
            let message = format!(
                "the time counts from {}, and {} was before that, at {}",
                words::time(from),
                until.is,
                words::time(at)
            );
            let error = CommandError::new(code::NO_MOMENT, message);
            return Err(error.hint(
                "`--declared-at` is when the disaster was declared, in UTC: `2026-11-20T02:00:00Z`",
            ));
        }
        let took = until.at.map(|at| words::between(from, *at).as_secs());
        let waited = until.at.map(|at| subject.moments.waited(from, *at));
        let worked = worked((from, subject.began()), &took, &waited);
        let rto = Known::or_why(plan.rto.map(|it| it.as_secs()), "the runbook declares no RTO");
        let rpo = Known::or_why(plan.rpo.map(|it| it.as_secs()), "the runbook declares no RPO");
        let oldest = oldest(servers);
        let age = oldest.map(|it| it.seconds.unwrap_or_default());
        let left = ran.left();
        let course = Course {
            status: subject.record.status(),
            is_adopted: subject.record.execution.is_adopted(),
            is_whole: until.is == END,
            left: left.as_deref(),
        };
        let rto_met = rto_met(&took, &rto, course);
        let is_launched = |it: &Server| it.verdict == "launched";
        let ages: Vec<_> =
            servers.iter().map(|it| (is_launched(it), it.data_age_seconds.clone())).collect();
        let is_fresh = rpo_met(&ages, rpo.value().copied(), left.as_deref());
        Ok(Recovery {
            from,
            from_is: if declared.is_some() { "the disaster was declared" } else { "it began" }
                .to_owned(),
            until: until.at,
            until_is: until.is,
            rto_missed_by_seconds: beyond(&took, &rto),
            rto_met,
            rpo_missed_by_seconds: beyond(&age, &rpo),
            rpo_met: is_fresh,
            waves: ran.waves,
            waves_completed: ran.completed,
            waves_skipped: ran.skipped.clone(),
            servers_missing: missing(subject, ran),
            rto_seconds: rto,
            took_seconds: took,
            waited_seconds: waited,
            worked_seconds: worked,
            slowest: slowest(subject, servers),
            rpo_seconds: rpo,
            data_age_seconds: age,
            oldest,
        })
    }
}

/// What the end of the last wave is called.
pub(super) const END: &str = "the end of the last wave";

impl Until {
    /// The end of the last wave, hooks that run after it left out.
    fn end(subject: &Subject<'_>) -> Until {
        let record = subject.record;
        if record.execution.is_adopted() {
            let why = subject.gone().unwrap_or_default();
            return Until { at: Known::unknown(why), is: END.to_owned() };
        }
        let timeline = &subject.moments.timeline;
        let ordinary = record.nodes().filter(|(_, node, wave)| {
            node.turn == Turn::Ordinary && wave.status != WaveStatus::Skipped
        });
        let last = ordinary.filter_map(|(at, ..)| timeline.waves[at].ended_at).max();
        let over = record.status().is_terminal();
        let at = last.or(timeline.whole.ended_at).filter(|_| over);
        Until { at: Known::or_why(at, "it is not over"), is: END.to_owned() }
    }

    /// The moment in which this wave completed, or this server had passed its checks.
    fn named(subject: &Subject<'_>, servers: &[Server], name: &str) -> Result<Until> {
        if let Some(at) = subject.record.graph.index(name) {
            let is_completed = subject.record.state.waves[at].status == WaveStatus::Completed;
            let end = subject.moments.timeline.waves[at].ended_at.filter(|_| is_completed);
            let at = Known::or_why(end, "that wave is not completed");
            return Ok(Until { at, is: format!("the end of the wave {name}") });
        }
        let is_it = |it: &&Server| it.name == name || it.server == name;
        // Of a server that several waves launch, the last one tells.
        if let Some(server) = servers.iter().rev().find(is_it) {
            let is = format!("the checks of the server {name}");
            // When its `verify` had passed, no journal tells: at the end of its wave it had.
            let at = subject.record.graph.index(&server.wave);
            let at = at.filter(|_| looks_itself(subject.record, &server.wave));
            let end = at.and_then(|at| subject.moments.timeline.waves[at].ended_at);
            let at = server.ready_at.map(|ready| end.map_or(*ready, |end| end.max(*ready)));
            return Ok(Until { at, is });
        }
        let message = format!("the execution has no wave and no server `{name}`");
        let error = CommandError::new(code::NO_MOMENT, message);
        let waves = subject.record.graph.nodes().iter().map(|node| node.name.as_str());
        let names = servers.iter().flat_map(|it| [it.name.as_str(), it.server.as_str()]);
        Err(match suggest::nearest(name, waves.chain(names)) {
            Some(nearest) => error.hint(format!("did you mean `{nearest}`?")),
            None => error.hint("without `--until`, the time counts to the end of the last wave"),
        })
    }
}

/// What the servers are called that did not come up, and those that were left out.
fn missing(subject: &Subject<'_>, ran: &Ran) -> Vec<String> {
    let name = |server: &str| subject.name_of(server);
    ran.missing.iter().map(|it| it.name.clone().unwrap_or_else(|| name(&it.server))).collect()
}

/// The server that was ready last. One that never was is worse, unless its wave may do without it.
fn slowest(subject: &Subject<'_>, servers: &[Server]) -> Known<Worst> {
    let needed = servers.iter().find(|it| !it.optional && it.verdict != "launched");
    // What is ready at an unknown time may have been the last.
    let mut open = servers.iter().filter(|it| !it.optional && it.verdict == "launched");
    if let (None, Some(why)) = (needed, open.find_map(|it| it.ready_at.why())) {
        return Known::unknown(why);
    }
    let worst = needed.or_else(|| {
        let ready = servers.iter().filter(|it| it.ready_after_seconds.value().is_some());
        ready.max_by_key(|it| it.ready_after_seconds.value())
    });
    let worst = worst.map(|it| Worst {
        server: it.server.clone(),
        name: it.name.clone(),
        seconds: it.ready_after_seconds.value().copied(),
    });
    let is_any = servers.iter().any(|it| it.verdict == "launched");
    let why = match subject.gone() {
        _ if servers.is_empty() => "no server has a verdict",
        Some(gone) if is_any => gone,
        None if is_any => "the journal does not tell when a server was ready",
        _ => "of no server it is known that it came up",
    };
    Known::or_why(worst, why)
}

fn oldest(servers: &[Server]) -> Known<Worst> {
    let known = servers.iter().filter(|it| it.data_age_seconds.value().is_some());
    let worst = known.max_by_key(|it| it.data_age_seconds.value()).map(|it| Worst {
        server: it.server.clone(),
        name: it.name.clone(),
        seconds: it.data_age_seconds.value().copied(),
    });
    Known::or_why(worst, "of no server it is known how old its data was")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
