//! The verdicts on servers, as DRS gives them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::rebuilt::UNKNOWN;
use super::traces::{Launch, Server, Traces};

/// The verdict on each server, by the last of the launches.
pub(super) fn verdicts<'l>(
    launches: impl Iterator<Item = &'l &'l Launch>,
    traces: &Traces,
) -> Vec<Value> {
    let mut verdicts: BTreeMap<&str, Value> = BTreeMap::new();
    for launch in launches {
        for server in &launch.servers {
            verdicts.insert(&server.id, verdict(server, launch, traces));
        }
    }
    verdicts.into_values().collect()
}

fn verdict(server: &Server, launch: &Launch, traces: &Traces) -> Value {
    let is_there = server.instance.as_ref().is_none_or(|id| traces.there.contains(id));
    let (verdict, reason) = match server.status.as_str() {
        "LAUNCHED" if is_there => ("launched", None),
        "LAUNCHED" => ("launched", Some("its instance is gone by now".to_owned())),
        "FAILED" => ("failed", Some(format!("{} did not launch it", launch.job_id))),
        status => {
            let status = if status.is_empty() { "nothing" } else { status };
            (UNKNOWN, Some(format!("{} says {status} of it", launch.job_id)))
        }
    };
    let mut said = json!({ "server": server.id, "verdict": verdict });
    let name = traces.names.get(&server.id).cloned();
    for (field, text) in
        [("name", name), ("instance_id", server.instance.clone()), ("reason", reason)]
    {
        if let Some(text) = text {
            said[field] = text.into();
        }
    }
    said
}
