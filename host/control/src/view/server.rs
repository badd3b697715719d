//! The verdict on a server, as the standard library reports it and as waves return it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::report::Known;
use crate::words;

/// What became of one server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema, Deserialize)]
pub struct ServerView {
    /// The source server's id.
    #[serde(default)]
    pub server: String,
    /// Its `Name` tag, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `launched`, `failed`, `unknown`, …
    #[serde(default)]
    pub verdict: String,
    /// The recovery instance's EC2 id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// Why, when it was not launched as it should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What to look at although it was launched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The moment of which its instance has the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_point: Option<String>,
    /// How old that data was when the launch began.
    #[serde(default, deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub rpo_seconds: Option<u64>,
    /// How much older that is than the runbook wants.
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub rpo_missed_by_seconds: Option<u64>,
    /// Whether the wave may do without it.
    #[serde(default)]
    pub optional: bool,
}

/// A number of seconds, however a program has written it; what is none is left out.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let number = Value::deserialize(deserializer)?.as_f64();
    let seconds = number.and_then(|it| Duration::try_from_secs_f64(it).ok());
    Ok(seconds.map(|it| it.as_secs()))
}

impl ServerView {
    /// Reads a report; `None` if it is not about a server.
    pub fn read(data: &Value) -> Option<ServerView> {
        let server: ServerView = serde_json::from_value(data.clone()).ok()?;
        (!server.server.is_empty()).then_some(server)
    }

    /// The servers in what a wave returned, or knew when it failed: its field `servers`.
    pub fn all_in(value: &Value) -> Vec<ServerView> {
        let servers = value.get("servers").and_then(Value::as_array);
        servers.into_iter().flatten().filter_map(ServerView::read).collect()
    }

    /// The same, judged by how old a runbook's data may be.
    #[must_use]
    pub fn held_to(mut self, rpo: Option<Duration>) -> ServerView {
        let missed = self.rpo_seconds.zip(rpo).map(|(age, rpo)| age.saturating_sub(rpo.as_secs()));
        self.rpo_missed_by_seconds = missed.filter(|missed| *missed > 0);
        self
    }

    /// What to look at although it was launched: `warning: launched from an older recovery point; data 2h
    /// 00m old, the RPO missed by 1h 45m`.
    pub fn cautions(&self) -> String {
        let age = |seconds| words::duration(Duration::from_secs(seconds));
        let mut cautions = Vec::new();
        cautions.extend(self.warning.as_ref().map(|warning| format!("warning: {warning}")));
        match (self.rpo_seconds, self.rpo_missed_by_seconds) {
            (Some(old), Some(missed)) => {
                cautions.push(format!("data {} old, the RPO missed by {}", age(old), age(missed)));
            }
            (Some(old), None) if self.warning.is_some() => {
                cautions.push(format!("data {} old", age(old)));
            }
            _ => {}
        }
        cautions.join("; ")
    }

    /// How old its data was when the launch began.
    pub(crate) fn data_age(&self) -> Known<u64> {
        let why = match self.instance_id {
            None => "it has no instance",
            Some(_) => "AWS did not say of when its data is",
        };
        Known::or_why(self.rpo_seconds, why)
    }

    /// What people call it.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.server)
    }
}

/// Adds those that an attempt which failed on its way has kept apart, because it had not launched them.
pub fn also_failed(servers: &mut Vec<ServerView>, raw: &Value) {
    let failed = raw.get("failed").and_then(Value::as_array);
    for view in failed.into_iter().flatten().filter_map(ServerView::read) {
        if !servers.iter().any(|known| known.server == view.server) {
            servers.push(view);
        }
    }
}

/// The last report on each server, in the order of the first.
pub fn latest(servers: &mut Vec<ServerView>, report: ServerView) {
    match servers.iter_mut().find(|known| known.server == report.server) {
        Some(known) => *known = report,
        None => servers.push(report),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn old_data_is_told_of_and_measured_against_the_objective() {
        let report = json!({ "server": "s-1", "verdict": "launched", "rpo_seconds": 7200.0 });
        let server = ServerView::read(&report).unwrap();
        assert_eq!(server.cautions(), "");
        let held = server.clone().held_to(Some(Duration::from_mins(15)));
        assert_eq!(held.cautions(), "data 2h 00m old, the RPO missed by 1h 45m");
        assert_eq!(server.clone().held_to(Some(Duration::from_hours(2))).cautions(), "");
        let warned = ServerView { warning: Some("an older point".into()), ..server };
        assert_eq!(warned.cautions(), "warning: an older point; data 2h 00m old");
    }

    #[test]
    fn servers_are_found_in_what_a_wave_returned() {
        let result = json!({ "servers": [
            { "server": "s-1", "name": "db-1", "verdict": "launched", "instance_id": "i-1" },
            { "verdict": "nonsense" },
            { "server": "s-2", "verdict": "failed", "optional": true, "reason": "no capacity" },
        ]});
        let servers = ServerView::all_in(&result);
        assert_eq!(servers.len(), 2);
        assert_eq!((servers[0].label(), servers[1].label()), ("db-1", "s-2"));
        assert!(ServerView::all_in(&json!(null)).is_empty());
    }
}
