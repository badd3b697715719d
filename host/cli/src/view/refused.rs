//! What an operator can type after a rule of the door has refused a launch. The rules themselves speak of no
//! command.

use std::collections::BTreeSet;

use moontide_runtime::effect::{Lane, Outcome};
use moontide_runtime::journal::Body;
use moontide_runtime::scheduler::WaveStatus;
use serde_json::Value;

use super::Record;
use super::summary::mode;
use crate::context::{Context, quoted};

/// The error code of the door's refusals.
const REFUSED: &str = "PolicyRefused";

/// A sentence for each way out: an instance that is in the way can be given up by name, and what another
/// execution has launched can be cleaned up.
pub(crate) fn hints(record: &Record, context: &Context) -> Vec<String> {
    let (mut servers, mut others) = (BTreeSet::new(), BTreeSet::new());
    for refused in record.nodes().filter_map(|(_, node, wave)| {
        let failure = wave.failure.as_ref().filter(|it| it.code == REFUSED)?;
        let lane = Lane::of_wave(&node.name, wave.attempt);
        let is_failed = wave.status == WaveStatus::Failed || wave.status == WaveStatus::Waiting;
        is_failed.then(|| refusal(record, &lane).unwrap_or(&failure.details))
    }) {
        for each in refused["servers"].as_array().into_iter().flatten() {
            // What this execution has launched itself cannot be given up by name.
            let is_called_so = each["execution"].as_str() == Some(record.execution.id.as_str());
            let is_own = is_called_so && each["namesake"] != true;
            servers.extend(each["server"].as_str().filter(|_| each["rule"].is_string() && !is_own));
            let is_other = each["drill"] == true && each["rule"] == "owned_launch";
            let owner = each["execution"].as_str().filter(|_| is_other);
            others.extend(owner.filter(|owner| *owner != record.execution.id));
        }
    }
    let mut hints = Vec::new();
    for other in others {
        let cleanup = context.command(&format!("cleanup {}", quoted(other)));
        hints.push(format!("`{cleanup}` terminates what `{other}` has launched"));
    }
    if !servers.is_empty() {
        let flags: Vec<String> =
            servers.iter().map(|it| format!("--replace {}", quoted(it))).collect();
        let mode = mode(record.execution.mode);
        let run = context.command(&format!("run RUNBOOK --mode {mode} {}", flags.join(" ")));
        hints.push(format!("`{run}` gives up the instances that are there, and starts anew"));
    }
    hints
}

/// What the door said last in this attempt: the wave may have added what it knows to its failure.
fn refusal<'r>(record: &'r Record, lane: &Lane) -> Option<&'r Value> {
    record.entries.iter().rev().find_map(|entry| match &entry.body {
        Body::Outcome { step, outcome: Outcome::Failed { error }, .. }
            if step.lane.root() == *lane && error.code == REFUSED =>
        {
            Some(&error.details)
        }
        _ => None,
    })
}
