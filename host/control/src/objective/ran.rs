//! What of an execution really ran: which of its waves completed, and which of its servers came up.

use moontide_runtime::scheduler::WaveStatus;
use moontide_runtime::scheduler::graph::Turn;
use serde_json::Value;

use super::judge::left;
use crate::report::effects::{Effect, items, text};
use crate::view::Record;

/// What ran, and what did not. Hooks of the runbook are no waves.
pub(crate) struct Ran {
    /// How many waves there are.
    pub(crate) waves: usize,
    /// How many of them completed.
    pub(crate) completed: usize,
    /// Those that were skipped or left out.
    pub(crate) skipped: Vec<String>,
    /// The servers that did not come up, or were left out, once each.
    pub(crate) missing: Vec<Missing>,
}

/// A server that is judged.
pub(crate) struct Seen<'s> {
    /// Its wave.
    pub(crate) wave: &'s str,
    /// Its id.
    pub(crate) server: &'s str,
    /// What people call it.
    pub(crate) name: &'s str,
    /// Whether it came up.
    pub(crate) is_up: bool,
}

/// A server that is missing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    /// Its id; of one that was left out, the operator's word.
    pub(crate) server: String,
    /// What people call it, where a verdict says so.
    pub(crate) name: Option<String>,
}

impl Ran {
    /// That of an execution with these effects and verdicts.
    pub(crate) fn of(record: &Record, effects: &[Effect<'_>], seen: &[Seen<'_>]) -> Ran {
        let mut ran = Ran { waves: 0, completed: 0, skipped: Vec::new(), missing: Vec::new() };
        for (_, node, wave) in record.nodes().filter(|(_, node, _)| node.turn == Turn::Ordinary) {
            ran.waves += 1;
            match wave.status {
                WaveStatus::Completed => ran.completed += 1,
                WaveStatus::Skipped => ran.skipped.push(node.name.clone()),
                _ => {}
            }
        }
        for it in seen.iter().filter(|it| !it.is_up) {
            ran.miss(it.server, Some(it.name));
        }
        for (_, node, wave) in record.nodes() {
            if is_at_work(wave.status) {
                continue;
            }
            for id in claimed(effects, &node.name) {
                if !seen.iter().any(|it| it.wave == node.name && it.server == id) {
                    ran.miss(&id, None);
                }
            }
            for id in items(&wave.result, "excluded").filter_map(Value::as_str) {
                ran.miss(id, None);
            }
        }
        for word in &record.execution.excluded {
            ran.miss(word, None);
        }
        ran
    }

    /// What was not part of it, in words; `None`: all of it ran, and came up.
    pub(crate) fn left(&self) -> Option<String> {
        left(self.waves, self.completed, self.missing.len())
    }

    fn miss(&mut self, server: &str, name: Option<&str>) {
        let is_it = |it: &Missing| it.server == server || it.name.as_deref() == Some(server);
        if !self.missing.iter().any(is_it) {
            let (server, name) = (server.to_owned(), name.map(str::to_owned));
            self.missing.push(Missing { server, name });
        }
    }
}

/// Whether there may still be verdicts on its servers.
pub(crate) fn is_at_work(status: WaveStatus) -> bool {
    matches!(status, WaveStatus::Running | WaveStatus::Waiting)
}

/// The servers that a wave has claimed, once each, in their order.
pub(crate) fn claimed(effects: &[Effect<'_>], wave: &str) -> Vec<String> {
    let mut claimed: Vec<String> = Vec::new();
    let claims =
        effects.iter().filter(|it| it.operation() == "claims.take" && it.place().0 == wave);
    for effect in claims {
        for id in items(effect.arguments, "servers").filter_map(|it| text(it, "server")) {
            if !claimed.contains(&id) {
                claimed.push(id);
            }
        }
    }
    claimed
}

/// What a wave returned, or knew when it failed.
pub(crate) fn raw<'r>(record: &'r Record, wave: &str) -> &'r Value {
    let state = record.graph.index(wave).map(|at| &record.state.waves[at]);
    let known = state.map(|state| match &state.failure {
        Some(failure) => &failure.details,
        None => &state.result,
    });
    known.unwrap_or(&Value::Null)
}

/// Whether a wave looks at its servers itself: what AWS says of their instances does not say that they are well.
pub(crate) fn looks_itself(record: &Record, wave: &str) -> bool {
    let declared = record.execution.plan.waves.iter().find(|it| it.name == wave);
    let hooks = declared.into_iter().flat_map(|it| &it.hooks);
    hooks.into_iter().any(|hook| matches!(hook.as_str(), "verify" | "run"))
}
