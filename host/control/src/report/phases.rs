//! What an attempt was busy with: its effects, put together by what they do, and the jobs of DRS with what their log says.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::effects::{items, text};
use super::subject::Subject;

/// A part of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Phase {
    /// What it was.
    pub name: String,
    /// When it began.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
    /// Whose clock says so.
    pub source: Source,
}

/// Where a moment comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The journal: when an effect was sent, and when its outcome was there.
    Journal,
    /// A job of DRS, or its log.
    Aws,
}

/// What takes no longer is not drawn.
const SHORTEST_MS: i64 = 500;

/// What an operation does, in a word; nothing of one that takes no time worth a phase.
fn word(operation: &str) -> Option<&'static str> {
    let (service, name) = operation.split_once('.')?;
    Some(match (service, name) {
        ("drs", "start_recovery") => "launch",
        ("drs", "await_jobs") => "DRS job",
        ("drs" | "ec2", "terminate_recovery_instances" | "terminate_instances") => "terminate",
        ("ec2", "await_running") => "status checks",
        ("ec2", "reboot_instances") => "reboot",
        ("ssm", "describe_instance_information") => "agents",
        ("ssm", _) => "commands",
        ("route53", _) => "DNS",
        ("moontide", "ask" | "replace") => "question",
        ("moontide", "sleep") => "wait",
        ("drs" | "ec2" | "sts", _) => "look",
        _ => return None,
    })
}

/// The phases of an attempt that began then, in their order.
pub(super) fn of(subject: &Subject<'_>, wave: &str, attempt: u32, from: Timestamp) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    let mut jobs: Vec<Phase> = Vec::new();
    let own = subject.effects.iter().filter(|effect| effect.place() == (wave, attempt));
    for effect in own {
        if let Some(value) = effect.value() {
            match effect.operation() {
                "drs.await_jobs" => jobs.extend(items(value, "jobs").flat_map(job)),
                "drs.describe_job_log_items" => jobs.extend(logged(effect.arguments, value)),
                _ => {}
            }
        }
        let Some(name) = word(effect.operation()) else { continue };
        let begun = effect.from.max(from);
        match phases.last_mut() {
            Some(last) if last.name == name && begun <= last.to => last.to = last.to.max(effect.to),
            _ => phases.push(Phase {
                name: name.to_owned(),
                from: begun,
                to: effect.to,
                source: Source::Journal,
            }),
        }
    }
    phases.retain(|it| it.to.as_millisecond() - it.from.as_millisecond() >= SHORTEST_MS);
    phases.extend(jobs);
    phases.sort_by_key(|phase| phase.from);
    phases
}

/// A job, and the phases that its log tells of.
fn job(job: &Value) -> Vec<Phase> {
    let moment = |value: &Value, field: &str| text(value, field)?.parse::<Timestamp>().ok();
    let id = text(job, "job_id").unwrap_or_default();
    let whole = moment(job, "creation_date_time").zip(moment(job, "end_date_time"));
    let whole = whole.map(|(from, to)| Phase { name: id.clone(), from, to, source: Source::Aws });
    let logged = items(job, "phases").filter_map(|phase| {
        let (from, to) = moment(phase, "started_at").zip(moment(phase, "ended_at"))?;
        let name = format!("{id} {}", text(phase, "phase")?);
        Some(Phase { name, from, to, source: Source::Aws })
    });
    whole.into_iter().chain(logged).collect()
}

/// The phases in a log that the runbook has read: from the first `…_START` to the last `…_END` of each kind.
fn logged(asked: &Value, page: &Value) -> Vec<Phase> {
    let id = text(asked, "job_id").unwrap_or_default();
    let mut spans: BTreeMap<String, (Option<Timestamp>, Option<Timestamp>)> = BTreeMap::new();
    for line in items(page, "items") {
        let (Some(event), Some(at)) = (text(line, "event"), text(line, "log_date_time")) else {
            continue;
        };
        let Ok(at) = at.parse::<Timestamp>() else { continue };
        if let Some(kind) = event.strip_suffix("_START") {
            let (from, _) = spans.entry(kind.to_owned()).or_default();
            *from = Some(from.map_or(at, |it| it.min(at)));
        } else if let Some(kind) = event.strip_suffix("_END") {
            let (_, to) = spans.entry(kind.to_owned()).or_default();
            *to = Some(to.map_or(at, |it| it.max(at)));
        }
    }
    let whole = spans.into_iter().filter(|(kind, _)| kind != "JOB");
    let phases = whole.filter_map(|(kind, (from, to))| {
        let (from, to) = from.zip(to)?;
        let name = format!("{id} {}", kind.to_lowercase().replace('_', " "));
        Some(Phase { name, from, to, source: Source::Aws })
    });
    phases.collect()
}
