//! What a program is told: the one argument of hooks and of a wave's `run`.

use serde_json::{Map, Value, json};

use super::graph::{FINISH, Graph, START};
use super::machine;
use super::state::State;
use crate::journal::Execution;
use crate::sandbox::Unit;

/// Which part of the runbook a node of the graph runs.
pub(super) fn unit(graph: &Graph, node: usize) -> Unit {
    match graph.nodes()[node].name.as_str() {
        START => Unit::Start,
        FINISH => Unit::Finish,
        _ => {
            let before = graph.nodes().iter().take_while(|node| node.name == START).count();
            Unit::Wave(node - before)
        }
    }
}

/// The context of a node: who it is, in which mode, with which params, what earlier waves returned, and
/// what its own last attempt knew when it failed.
pub(super) fn of(execution: &Execution, graph: &Graph, state: &State, node: usize) -> Value {
    let mut context = json!({
        "name": graph.nodes()[node].name,
        "attempt": state.waves[node].attempt,
        "execution": execution.id,
        "runbook": execution.plan.name,
        "mode": execution.mode,
        "region": execution.regions.first(),
        "params": execution.params,
        "results": machine::results(graph, state),
    });
    let wave = &state.waves[node];
    if let Some(failure) = &wave.failure {
        context["previous"] = failure.details.clone();
    }
    if graph.nodes()[node].name == FINISH {
        context["waves"] = waves(graph, state);
    }
    context
}

/// How every other wave ended, for `on_finish`.
fn waves(graph: &Graph, state: &State) -> Value {
    let pairs = graph.nodes().iter().zip(&state.waves).filter(|(node, _)| !node.last);
    let map: Map<String, Value> = pairs
        .map(|(node, wave)| {
            let failure = wave.failure.as_ref().map(|failure| failure.message.as_str());
            (node.name.clone(), json!({ "status": wave.status, "failure": failure }))
        })
        .collect();
    Value::Object(map)
}
