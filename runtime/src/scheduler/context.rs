//! What a program is told: the one argument of hooks and of a wave's `run`.

use serde_json::{Map, Value, json};

use crate::history::{End, Execution, Mend};
use crate::machine::Graph;
use crate::machine::graph::{Node, START, Turn};
use crate::machine::seen::{self, Ends, Seen};
use crate::sandbox::{NOTHING_OF, Unit};

/// Which part of the runbook a node of the graph runs. Other sources may have the wave at another place.
pub(super) fn unit(graph: &Graph, node: usize, mend: Option<&Mend>) -> Unit {
    let before = graph.nodes().iter().take_while(|node| node.name == START).count();
    let place = |wave: usize| mend.and_then(|mend| mend.place).unwrap_or(wave - before);
    let Node { name, turn, .. } = &graph.nodes()[node];
    match (turn, name.as_str()) {
        (Turn::AfterCancel { of: Some(wave) }, _) => Unit::CancelWave(place(*wave)),
        (Turn::AfterCancel { of: None }, _) => Unit::Cancel,
        (Turn::Last, _) => Unit::Finish,
        (Turn::Ordinary, START) => Unit::Start,
        (Turn::Ordinary, _) => Unit::Wave(place(node)),
    }
}

/// The context of a node: its name, its mode, with which params, and what it is given: the results of
/// earlier waves, and what its own last attempt knew when it ended. The hook that runs when a wave was
/// cancelled is told about that wave.
pub(super) fn of(
    execution: &Execution,
    graph: &Graph,
    ends: &Ends,
    node: usize,
    seen: &Seen,
) -> Value {
    let about = seen::about(graph, node);
    let name = |node: usize| graph.nodes()[node].name.as_str();
    let mut context = json!({
        "name": name(about),
        "attempt": seen.attempt,
        "execution": execution.id,
        "runbook": execution.plan.name,
        "mode": execution.mode,
        "region": execution.regions.first(),
        "params": execution.params,
        "results": results(graph, ends, seen),
    });
    let results = context["results"].as_object();
    let nothing_of = seen::without_result(graph, node, seen).into_iter().chain(
        // One that completed may have returned nothing.
        results.into_iter().flatten().filter(|(_, it)| it.is_null()).map(|(name, _)| name.as_str()),
    );
    context[NOTHING_OF] = nothing_of.collect();
    if !execution.excluded.is_empty() {
        context["excluded"] = json!(execution.excluded);
    }
    let knows = seen.previous.and_then(|attempt| ends.get(name(about), attempt));
    let previous = match knows {
        Some(End::Failed { failure }) => Some(&failure.details),
        Some(End::Cancelled { details }) => Some(details),
        _ => None,
    };
    if let Some(previous) = previous {
        context["previous"] = previous.clone();
    }
    if about != node {
        let (servers, instance_ids) = left_behind(previous.unwrap_or(&Value::Null));
        context["servers"] = servers;
        context["instance_ids"] = instance_ids;
    }
    if graph.nodes()[node].turn != Turn::Ordinary {
        context["waves"] = waves(graph, ends, seen);
    }
    context
}

/// What the waves returned that it sees.
fn results(graph: &Graph, ends: &Ends, seen: &Seen) -> Value {
    let mut results = Map::new();
    for (node, attempt) in &seen.results {
        let name = &graph.nodes()[*node].name;
        if let Some(End::Completed { result }) = ends.get(name, *attempt) {
            results.insert(name.clone(), result.clone());
        }
    }
    Value::Object(results)
}

/// How every wave ended, for the hooks that run after them.
fn waves(graph: &Graph, ends: &Ends, seen: &Seen) -> Value {
    let mut waves = Map::new();
    for (node, status, failed) in &seen.waves {
        let name = &graph.nodes()[*node].name;
        let failure = match failed.and_then(|attempt| ends.get(name, attempt)) {
            Some(End::Failed { failure }) => Some(failure.message.as_str()),
            _ => None,
        };
        waves.insert(name.clone(), json!({ "status": status, "failure": failure }));
    }
    Value::Object(waves)
}

/// The servers of a wave, and the ids of its instances, as far as its last attempt knew them.
fn left_behind(previous: &Value) -> (Value, Value) {
    let list = |name: &str| previous.get(name).and_then(Value::as_array).cloned();
    let servers = list("servers").unwrap_or_default();
    let of_servers =
        || servers.iter().filter_map(|server| server.get("instance_id")).cloned().collect();
    let instance_ids = list("instance_ids").unwrap_or_else(of_servers);
    (Value::Array(servers), Value::Array(instance_ids))
}
