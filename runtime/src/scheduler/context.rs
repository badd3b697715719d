//! What a program is told: the one argument of hooks and of a wave's `run`.

use serde_json::{Map, Value, json};

use super::graph::{Graph, Node, START, Turn};
use super::machine;
use super::state::State;
use crate::journal::Execution;
use crate::sandbox::Unit;

/// Which part of the runbook a node of the graph runs.
pub(super) fn unit(graph: &Graph, node: usize) -> Unit {
    let before = graph.nodes().iter().take_while(|node| node.name == START).count();
    let Node { name, turn, .. } = &graph.nodes()[node];
    match (turn, name.as_str()) {
        (Turn::AfterCancel { of: Some(wave) }, _) => Unit::CancelWave(wave - before),
        (Turn::AfterCancel { of: None }, _) => Unit::Cancel,
        (Turn::Last, _) => Unit::Finish,
        (Turn::Ordinary, START) => Unit::Start,
        (Turn::Ordinary, _) => Unit::Wave(node - before),
    }
}

/// The context of a node: who it is, in which mode, with which params, what earlier waves returned, and
/// what its own last attempt knew when it failed. The hook that runs when a wave was cancelled is told
/// about that wave.
pub(super) fn of(execution: &Execution, graph: &Graph, state: &State, node: usize) -> Value {
    let about = match graph.nodes()[node].turn {
        Turn::AfterCancel { of: Some(wave) } => wave,
        _ => node,
    };
    let mut context = json!({
        "name": graph.nodes()[about].name,
        "attempt": state.waves[about].attempt,
        "execution": execution.id,
        "runbook": execution.plan.name,
        "mode": execution.mode,
        "region": execution.regions.first(),
        "params": execution.params,
        "results": machine::results(graph, state),
    });
    if let Some(failure) = &state.waves[about].failure {
        context["previous"] = failure.details.clone();
    }
    if graph.nodes()[node].turn != Turn::Ordinary {
        context["waves"] = waves(graph, state);
    }
    context
}

/// How every wave ended, for the hooks that run after them.
fn waves(graph: &Graph, state: &State) -> Value {
    let pairs = graph.nodes().iter().zip(&state.waves);
    let map: Map<String, Value> = pairs
        .filter(|(node, _)| node.turn == Turn::Ordinary)
        .map(|(node, wave)| {
            let failure = wave.failure.as_ref().map(|failure| failure.message.as_str());
            (node.name.clone(), json!({ "status": wave.status, "failure": failure }))
        })
        .collect();
    Value::Object(map)
}
