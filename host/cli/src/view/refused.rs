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
    let mut launching = BTreeSet::new();
    for (name, refused) in record.nodes().filter_map(|(_, node, wave)| {
        let failure = wave.failure.as_ref().filter(|it| it.code == REFUSED)?;
        let lane = Lane::of_wave(&node.name, wave.attempt);
        let is_failed = wave.status == WaveStatus::Failed || wave.status == WaveStatus::Waiting;
        let details = || refusal(record, &lane).unwrap_or(&failure.details);
        is_failed.then(|| (node.name.as_str(), details()))
    }) {
        for each in refused["servers"].as_array().into_iter().flatten() {
            // What this execution has launched itself cannot be given up by name.
            let is_called_so = each["execution"].as_str() == Some(record.execution.id.as_str());
            let is_own = is_called_so && each["namesake"] != true;
            // Nor what has no instance yet.
            let is_there = each["instance_id"].is_string();
            if let Some(job) = each["job_id"].as_str().filter(|_| !is_there && is_own) {
                launching.insert((name, job));
            }
            let may_go = is_there && each["rule"].is_string() && !is_own;
            servers.extend(each["server"].as_str().filter(|_| may_go));
            let is_other = each["drill"] == true && each["rule"] == "owned_launch";
            let owner = each["execution"].as_str().filter(|_| is_other);
            others.extend(owner.filter(|owner| *owner != record.execution.id));
        }
    }
    let mut hints = Vec::new();
    for other in others {
        let cleanup = context.command(&format!("cleanup {}", quoted(other)));
        hints.push(format!(
            "`{cleanup}`, in the store of `{other}`, terminates what it has launched"
        ));
    }
    for (wave, job) in launching {
        let retry = format!("retry {} {}", record.execution.id, quoted(wave));
        let retry = context.command(&retry);
        hints.push(format!("`{retry}` once DRS says how the launch {job} has ended"));
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

#[cfg(test)]
mod tests {
    use moontide_runtime::effect::EffectError;
    use moontide_runtime::store::MemoryStore;
    use serde_json::json;

    use super::super::staged::{self, execution, intent, keep, started, step};
    use super::*;

    /// What is said once the wave `db` has failed with this code, and the door has refused it these servers.
    async fn said(code: &str, servers: Value) -> Vec<String> {
        let store = MemoryStore::new();
        let launch = step("first", "db", 1, "drs.start_recovery", json!({ "is_drill": true }));
        let mut error = EffectError::new(REFUSED, "no");
        error.details = json!({ "rule": "owned_launch", "servers": servers });
        let bodies = vec![
            started(),
            intent(&launch),
            staged::outcome(&launch, Outcome::Failed { error }),
            staged::failed("db", code, &json!({ "servers": [] })),
        ];
        keep(&store, &execution("first", 0, &["db"]), bodies).await;
        let record = Record::load(&store, "first").await.unwrap();
        hints(&record, &staged::context())
    }

    fn refused(server: &str, rule: &str, execution: Option<&str>) -> Value {
        json!({
            "server": server, "rule": rule, "drill": true, "execution": execution,
            "instance_id": "i-1", "job_id": "drsjob-1",
        })
    }

    #[tokio::test]
    async fn what_another_execution_has_is_cleaned_up_or_given_up_by_name() {
        let servers = [
            refused("s-2", "owned_launch", Some("second")),
            refused("s-1", "owned_launch", Some("second")),
        ];
        let expected = [
            "`moontide cleanup second`, in the store of `second`, terminates what it has launched",
            "`moontide run RUNBOOK --mode drill --replace s-1 --replace s-2` gives up the instances that are \
             there, and starts anew",
        ];
        assert_eq!(said(REFUSED, servers.into()).await, expected);
    }

    #[tokio::test]
    async fn what_no_drill_of_ours_launched_is_only_given_up_by_name() {
        let mut live = refused("s-3", "live_recovery", Some("third"));
        live["drill"] = false.into();
        for servers in [live, refused("s-3", "foreign_drill", None)] {
            let expected = "`moontide run RUNBOOK --mode drill --replace s-3` gives up the instances that are \
                            there, and starts anew";
            assert_eq!(said(REFUSED, json!([servers])).await, [expected]);
        }
    }

    #[tokio::test]
    async fn what_has_no_instance_yet_cannot_be_given_up() {
        let mut launching = refused("s-1", "owned_launch", Some("first"));
        launching.as_object_mut().unwrap().remove("instance_id");
        let expected = "`moontide retry first db` once DRS says how the launch drsjob-1 has ended";
        assert_eq!(said(REFUSED, json!([launching])).await, [expected]);
    }

    #[tokio::test]
    async fn what_it_has_launched_itself_cannot_be_given_up() {
        let own = refused("s-1", "owned_launch", Some("first"));
        assert_eq!(said(REFUSED, json!([own])).await, [""; 0]);
    }

    #[tokio::test]
    async fn a_wave_that_failed_of_something_else_needs_no_way_out() {
        let other = refused("s-1", "owned_launch", Some("second"));
        assert_eq!(said("Timeout", json!([other])).await, [""; 0]);
    }
}
