//! What a drill has left behind: instances that no cleanup is known to have terminated, and who owes that.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::effect::launches::LAUNCH;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::ExecutionStatus;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cleanups::Cleanups;
use super::effects::{items, text};
use super::subject::Subject;
use crate::contract::engine;
use crate::view::cleanup::Cleaned;
use crate::view::{ObligationView, Record};
use crate::words;

/// What is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Leftovers {
    /// What is known of it, in a sentence.
    pub sentence: String,
    /// The instances that no cleanup is known to have terminated.
    pub instances: Vec<Leftover>,
    /// How many instances the cleanups have terminated.
    pub terminated: usize,
    /// The cleanups, the first one first.
    pub cleanups: Vec<CleanupDone>,
    /// The cleanups that cannot be read, and why: what became of their instances is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
    /// What is owed, and how far it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obligation: Option<String>,
}

/// An instance that is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Leftover {
    /// The instance's id.
    pub instance: String,
    /// The source server's id, where that is known.
    pub server: String,
    /// What people call it.
    pub name: String,
    /// Why it is left.
    pub why: String,
}

/// A cleanup of a drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct CleanupDone {
    /// Its id.
    pub execution: String,
    /// How it stands.
    #[schemars(with = "engine::ExecutionStatus")]
    pub status: ExecutionStatus,
    /// When it was begun.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// How many entries its journal had; `None`: an earlier release has made the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
}

/// An instance that was launched, and until when it is known to have lived.
pub(super) struct Lived {
    /// Its id.
    pub(super) instance: String,
    /// Since when: the end of the job that launched it.
    pub(super) from: Timestamp,
    /// When it was gone; `None`: it is not known to be.
    pub(super) gone: Option<Timestamp>,
}

impl Leftovers {
    pub(super) fn of(subject: &Subject<'_>, cleanups: &Cleanups) -> Leftovers {
        let is_left = cleanups.leave(subject);
        let Cleanups { records: cleanups, unreadable } = cleanups;
        let record = subject.record;
        let cleaned = Cleaned::of(cleanups, record, &[]);
        let lived = lived(subject, cleanups);
        let reasons: BTreeMap<&str, &str> = cleaned
            .left
            .iter()
            .filter_map(|it| Some((it.instance_id.as_deref()?, it.reason.as_deref()?)))
            .collect();
        let instances: Vec<Leftover> = lived
            .iter()
            .filter(|it| it.gone.is_none())
            .map(|it| {
                let server = subject.origin(&it.instance).unwrap_or_default().to_owned();
                let why = match reasons.get(it.instance.as_str()) {
                    Some(why) => (*why).to_owned(),
                    None if record.execution.mode == Mode::Recovery => {
                        "it is production: a recovery's instances stay".to_owned()
                    }
                    None if !unreadable.is_empty() => {
                        "a cleanup cannot be read, and what became of it is not known".to_owned()
                    }
                    None if cleanups.is_empty() => "nothing has cleaned up yet".to_owned(),
                    None => "no cleanup has said what became of it".to_owned(),
                };
                let name = subject.name_of_instance(&it.instance);
                Leftover { instance: it.instance.clone(), server, name, why }
            })
            .collect();
        let terminated = cleaned.terminated.len();
        let obligation = ObligationView::of(record)
            .map(|it| format!("{} {}: {}", it.what.word(), it.state.word(), it.when()));
        Leftovers {
            sentence: sentence((record, is_left), lived.len(), instances.len(), terminated),
            instances,
            terminated,
            cleanups: cleanups
                .iter()
                .map(|it| CleanupDone {
                    execution: it.execution.id.clone(),
                    status: it.status(),
                    at: it.execution.created_at,
                    by: it.execution.created_by.clone(),
                    entries: Some(it.entries.len() as u64),
                })
                .collect(),
            unreadable: unreadable.clone(),
            obligation,
        }
    }
}

fn sentence(
    (record, is_left): (&Record, bool),
    launched: usize,
    left: usize,
    terminated: usize,
) -> String {
    let many = |count| words::count(count, "instance");
    match record.execution.mode {
        Mode::Recovery => {
            format!("a recovery leaves what it launched: {} as production", many(launched))
        }
        Mode::Drill if is_left && left == 0 => {
            "a launch is left of which no instance is known: a cleanup looks for it".to_owned()
        }
        Mode::Drill if launched == 0 => "it has launched no instance".to_owned(),
        Mode::Drill if left == 0 => {
            format!(
                "nothing is left: {} terminated, as the cleanups' journals say",
                many(terminated)
            )
        }
        Mode::Drill => format!(
            "{} of {launched} {} left, as far as the journals know; what was terminated by hand they do not know",
            left,
            if left == 1 { "is" } else { "are" }
        ),
    }
}

/// The instances that the execution has launched, and until when they are known to have lived.
pub(super) fn lived(subject: &Subject<'_>, cleanups: &[Record]) -> Vec<Lived> {
    let own = launched_jobs(subject);
    let mut all: Vec<(Lived, String)> = Vec::new();
    let mut note = |instance: String, server: String, from: Timestamp| {
        if all.iter().any(|(it, _)| it.instance == instance) {
            return;
        }
        // A launch deletes the instance that the server had.
        for (before, of) in &mut all {
            if *of == server && before.gone.is_none() {
                before.gone = Some(from);
            }
        }
        all.push((Lived { instance, from, gone: None }, server));
    };
    for effect in &subject.effects {
        let Some(value) = effect.value().filter(|_| effect.operation() == "drs.await_jobs") else {
            continue;
        };
        for job in items(value, "jobs") {
            if !text(job, "job_id").is_some_and(|id| own.contains(&id)) {
                continue;
            }
            let ended = text(job, "end_date_time").and_then(|at| at.parse().ok());
            for server in items(job, "participating_servers") {
                if let (Some(instance), Some(id)) =
                    (text(server, "recovery_instance_id"), text(server, "source_server_id"))
                {
                    note(instance, id, ended.unwrap_or(effect.to));
                }
            }
        }
    }
    // What the verdicts name besides: a job that did not show, an execution that was adopted.
    for server in subject.summary.waves.iter().flat_map(|wave| &wave.servers) {
        if let Some(instance) = &server.instance_id {
            note(instance.clone(), server.server.clone(), subject.last());
        }
    }
    let mut lived: Vec<Lived> = all.into_iter().map(|(it, _)| it).collect();
    for cleanup in cleanups {
        let cleaned = Cleaned::of(std::slice::from_ref(cleanup), subject.record, &[]);
        let at = cleanup.entries.last().map_or(cleanup.execution.created_at, |entry| entry.at);
        for touched in &cleaned.terminated {
            let is_it = |it: &&mut Lived| Some(&it.instance) == touched.instance_id.as_ref();
            if let Some(it) = lived.iter_mut().find(is_it) {
                it.gone.get_or_insert(at);
            }
        }
    }
    lived
}

/// The jobs that it has started itself.
fn launched_jobs(subject: &Subject<'_>) -> Vec<String> {
    let launches = subject.effects.iter().filter(|effect| effect.operation() == LAUNCH);
    launches.filter_map(|effect| text(&effect.value()?["job"], "job_id")).collect()
}
