//! What did not run, and why: waves, hooks and servers.

use moontide_runtime::scheduler::WaveStatus;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::effects::items;
use super::servers::Server;
use super::subject::Subject;
use crate::objective::ran::{claimed, is_at_work};

/// Something that did not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct NotRun {
    /// What kind of thing it is.
    pub what: Thing,
    /// Its name.
    pub name: String,
    /// The wave, of a hook and a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
    /// Why.
    pub why: String,
}

/// The kinds of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    /// A wave, or a hook of the runbook.
    Wave,
    /// A hook of a wave.
    Hook,
    /// A server.
    Server,
}

/// All of it, in the order of the plan.
pub(super) fn all(subject: &Subject<'_>, servers: &[Server]) -> Vec<NotRun> {
    let record = subject.record;
    let mut all = Vec::new();
    for (_, node, wave) in record.nodes() {
        let why = why(subject, &node.name);
        let thing = |what, name: &str, why: &str| NotRun {
            what,
            name: name.to_owned(),
            wave: (what != Thing::Wave).then(|| node.name.clone()),
            why: why.to_owned(),
        };
        let never_began = wave.attempt == 0;
        match wave.status {
            WaveStatus::Completed | WaveStatus::Running | WaveStatus::Waiting => {}
            WaveStatus::Skipped => {
                all.push(thing(Thing::Wave, &node.name, &or(why, "it was skipped")));
            }
            WaveStatus::Cancelled if never_began => {
                all.push(thing(Thing::Wave, &node.name, &or(why, "it was called off")));
            }
            WaveStatus::Pending | WaveStatus::Paused => {
                all.push(thing(Thing::Wave, &node.name, &or(why, "its turn has not come yet")));
            }
            WaveStatus::Cancelled | WaveStatus::Failed => {
                for hook in hooks(subject, &node.name) {
                    all.push(thing(
                        Thing::Hook,
                        hook,
                        "it may not have run: its wave did not come to its end, and the journal has \
                         effects, not hooks",
                    ));
                }
            }
        }
        for id in claimed(&subject.effects, &node.name) {
            let is_judged = servers.iter().any(|it| it.wave == node.name && it.server == id);
            if !is_judged && !is_at_work(wave.status) {
                let why = "its wave ended before there was a verdict on it";
                all.push(thing(Thing::Server, &subject.name_of(&id), why));
            }
        }
        for left_out in items(&wave.result, "excluded").filter_map(Value::as_str) {
            all.push(thing(Thing::Server, &subject.name_of(left_out), "the operator left it out"));
        }
    }
    for word in &record.execution.excluded {
        let is_told = |it: &NotRun| it.what == Thing::Server && it.name == *word;
        if !all.iter().any(is_told) {
            let why = "the operator left it out, with --exclude".to_owned();
            all.push(NotRun { what: Thing::Server, name: word.clone(), wave: None, why });
        }
    }
    all
}

/// Why a wave stands where it stands.
fn why(subject: &Subject<'_>, wave: &str) -> Option<String> {
    let view = subject.summary.waves.iter().find(|it| it.name == wave)?;
    let parts: Vec<&str> =
        [&view.why.failure, &view.why.reason].into_iter().flatten().map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn or(why: Option<String>, otherwise: &str) -> String {
    why.unwrap_or_else(|| otherwise.to_owned())
}

/// The hooks that a wave declares.
fn hooks<'s>(subject: &'s Subject<'_>, wave: &str) -> Vec<&'s str> {
    let waves = &subject.record.execution.plan.waves;
    let declared = waves.iter().find(|it| it.name == wave);
    let hooks = declared.into_iter().flat_map(|it| it.hooks.iter());
    hooks
        .map(String::as_str)
        .filter(|hook| matches!(*hook, "before" | "verify" | "after"))
        .collect()
}
