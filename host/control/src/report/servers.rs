//! What became of each server: verdict, instance, job, how old its data was, and how long it took.

use jiff::Timestamp;
use moontide_runtime::scheduler::WaveStatus;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::effects::{items, text};
use super::known::Known;
use super::subject::Subject;
use crate::objective::ran::{Ran, Seen, looks_itself, raw};
use crate::view::ServerView;
use crate::view::server::also_failed;
use crate::words;

/// A server of a wave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Server {
    /// The wave.
    pub wave: String,
    /// The source server's id.
    pub server: String,
    /// What people call it.
    pub name: String,
    /// `launched`, `failed` or `unknown`, as its wave has judged.
    pub verdict: String,
    /// Whether the wave may do without it.
    pub optional: bool,
    /// The recovery instance.
    pub instance: Known<String>,
    /// The job that launched it.
    pub job: Known<String>,
    /// How often this execution has launched it.
    pub launches: usize,
    /// When its instance was first seen to have passed EC2's checks: those of one wave are looked at together. Of a wave
    /// that looks at its servers itself, and did not complete, it is not known that they are well.
    pub ready_at: Known<Timestamp>,
    /// How long that was after the moment from which the time counts.
    pub ready_after_seconds: Known<u64>,
    /// Whether that is within the RTO.
    pub rto_met: Known<bool>,
    /// The moment of which it has the data.
    pub recovery_point: Known<String>,
    /// How old that data was when the launch began.
    pub data_age_seconds: Known<u64>,
    /// Whether that is within the RPO.
    pub rpo_met: Known<bool>,
    /// Why it was not launched as it should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What to look at although it was launched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The person who has decided about it, and what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<String>,
}

/// The servers of all waves, in the order of the plan; the time counts from this moment.
pub(super) fn all(subject: &Subject<'_>, from: Timestamp) -> Vec<Server> {
    let waves = subject.summary.waves.iter();
    waves.flat_map(|wave| of_wave(subject, &wave.name, &wave.servers, from)).collect()
}

fn of_wave(
    subject: &Subject<'_>,
    wave: &str,
    judged: &[ServerView],
    from: Timestamp,
) -> Vec<Server> {
    let raw = raw(subject.record, wave);
    let mut judged = judged.to_vec();
    also_failed(&mut judged, raw);
    let is_it = |it: &&Value, id: &str| it["server"].as_str() == Some(id);
    let find = |id: &str| {
        let mut all = items(raw, "servers").chain(items(raw, "failed"));
        all.find(|it| is_it(it, id)).unwrap_or(&Value::Null)
    };
    judged.iter().map(|view| Server::of(subject, (wave, from), view, find(&view.server))).collect()
}

/// What was really run with these servers.
pub(super) fn ran(subject: &Subject<'_>, servers: &[Server]) -> Ran {
    let seen = servers.iter().map(|it| Seen {
        wave: &it.wave,
        server: &it.server,
        name: &it.name,
        is_up: it.verdict == "launched",
    });
    Ran::of(subject.record, &subject.effects, &seen.collect::<Vec<_>>())
}

/// Why the checks of AWS do not say that a server of a wave is well; `None`: they do.
fn not_verified(subject: &Subject<'_>, wave: &str) -> Option<String> {
    let at = subject.record.graph.index(wave)?;
    let status = subject.record.state.waves[at].status;
    let is_open = status != WaveStatus::Completed && looks_itself(subject.record, wave);
    let word = words::word(&status);
    is_open.then(|| {
        format!("its wave looks at it itself, and is {word}: that it is well is not known")
    })
}

impl Server {
    fn of(
        subject: &Subject<'_>,
        (wave, from): (&str, Timestamp),
        view: &ServerView,
        raw: &Value,
    ) -> Server {
        let plan = &subject.record.execution.plan;
        let is_launched = view.verdict == "launched";
        let ready = view.instance_id.as_deref().and_then(|id| subject.ready(id));
        let ready = ready.filter(|_| is_launched);
        let ready_at = Known::or_why(
            ready,
            if is_launched {
                subject.gone().unwrap_or("the journal does not tell when its checks had passed")
            } else {
                "it never was"
            },
        );
        let ready_at = match (ready_at, not_verified(subject, wave)) {
            (Known::Known(_), Some(why)) => Known::unknown(why),
            (ready_at, _) => ready_at,
        };
        let ready_after = ready_at.map(|at| words::between(from, *at).as_secs());
        let rto_met = match (plan.rto, is_launched) {
            (None, _) => Known::unknown("the runbook declares no RTO"),
            (Some(_), false) => Known::Known(false),
            (Some(rto), true) => ready_after.map(|seconds| *seconds <= rto.as_secs()),
        };
        let age = view.data_age();
        let is_fresh = match plan.rpo {
            None => Known::unknown("the runbook declares no RPO"),
            Some(rpo) => age.map(|seconds| *seconds <= rpo.as_secs()),
        };
        let kept = text(raw, "kept_by").map(|by| format!("kept by {by}"));
        let given_up = text(raw, "given_up_by").map(|by| format!("given up by {by}"));
        Server {
            wave: wave.to_owned(),
            server: view.server.clone(),
            name: view.label().to_owned(),
            verdict: view.verdict.clone(),
            optional: view.optional,
            instance: Known::or_why(view.instance_id.clone(), "DRS named none"),
            job: Known::or_why(text(raw, "job_id"), "its wave did not note it"),
            launches: subject.launches(wave, &view.server),
            ready_at,
            ready_after_seconds: ready_after,
            rto_met,
            recovery_point: Known::or_why(view.recovery_point.clone(), "AWS did not say"),
            data_age_seconds: age,
            rpo_met: is_fresh,
            reason: view.reason.clone(),
            warning: view.warning.clone(),
            decided: kept.or(given_up),
        }
    }
}
