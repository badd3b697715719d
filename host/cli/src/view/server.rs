//! The verdict on a server, as the standard library reports it and as waves return it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::output::Span;
use crate::output::style::{faint, plain, strong, verdict};

/// What became of one server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ServerView {
    /// The source server's id.
    #[serde(default)]
    pub(crate) server: String,
    /// Its `Name` tag, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// `launched`, `failed`, `unknown`, …
    #[serde(default)]
    pub(crate) verdict: String,
    /// The recovery instance's EC2 id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instance_id: Option<String>,
    /// Why, when it was not launched as it should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Whether the wave may do without it.
    #[serde(default)]
    pub(crate) optional: bool,
}

impl ServerView {
    /// Reads a report; `None` if it is not about a server.
    pub(crate) fn read(data: &Value) -> Option<ServerView> {
        let server: ServerView = serde_json::from_value(data.clone()).ok()?;
        (!server.server.is_empty()).then_some(server)
    }

    /// The servers in what a wave returned, or knew when it failed: its field `servers`.
    pub(crate) fn all_in(value: &Value) -> Vec<ServerView> {
        let servers = value.get("servers").and_then(Value::as_array);
        servers.into_iter().flatten().filter_map(ServerView::read).collect()
    }

    /// What people call it.
    pub(crate) fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.server)
    }

    /// A row of a table: name, id, verdict, instance, remarks. It is what the wave's program says, so it
    /// stands behind the mark.
    pub(crate) fn row(&self) -> Vec<Span<'_>> {
        let mut remarks = Vec::new();
        remarks.extend(self.optional.then_some("optional"));
        remarks.extend(self.reason.as_deref());
        vec![
            faint("|"),
            strong(self.label()),
            faint(self.server.as_str()),
            verdict(self.verdict.as_str()),
            plain(self.instance_id.as_deref().unwrap_or("-")),
            plain(remarks.join(": ")),
        ]
    }
}

/// The last report on each server, in the order of the first.
pub(crate) fn latest(servers: &mut Vec<ServerView>, report: ServerView) {
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
