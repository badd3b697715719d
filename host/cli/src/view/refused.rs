//! What an operator can type after a rule of the door has refused a launch. The rules themselves speak of no
//! command.

use std::collections::BTreeSet;

use moontide_control::words::quoted;
use moontide_runtime::effect::{Lane, Outcome};
use moontide_runtime::journal::Body;
use moontide_runtime::scheduler::WaveStatus;
use serde_json::Value;

use super::Record;
use super::record::Owner;
use super::summary::mode;
use crate::context::Context;

/// The error code of the door's refusals.
const REFUSED: &str = "PolicyRefused";

/// What the door has refused, and waves that stand still because of it.
#[derive(Default)]
struct InTheWay<'r> {
    /// Servers whose instances can be given up by name.
    servers: BTreeSet<&'r str>,
    /// Executions that have launched drill instances of them.
    others: BTreeSet<&'r str>,
    /// Waves, each with a launch of this execution whose end is not known yet.
    launching: BTreeSet<(&'r str, &'r str)>,
}

impl<'r> InTheWay<'r> {
    fn of(record: &'r Record) -> InTheWay<'r> {
        let mut found = InTheWay::default();
        for (_, node, wave) in record.nodes() {
            let Some(failure) = wave.failure.as_ref().filter(|it| it.code == REFUSED) else {
                continue;
            };
            if !matches!(wave.status, WaveStatus::Failed | WaveStatus::Waiting) {
                continue;
            }
            let lane = Lane::of_wave(&node.name, wave.attempt);
            let refused = refusal(record, &lane).unwrap_or(&failure.details);
            for each in refused["servers"].as_array().into_iter().flatten() {
                found.note(record, &node.name, each);
            }
        }
        found
    }

    fn note(&mut self, record: &'r Record, wave: &'r str, each: &'r Value) {
        // What this execution has launched itself cannot be given up by name.
        let is_called_so = each["execution"].as_str() == Some(record.execution.id.as_str());
        let is_own = is_called_so && each["namesake"] != true;
        // Nor what has no instance yet.
        let is_there = each["instance_id"].is_string();
        if let Some(job) = each["job_id"].as_str().filter(|_| !is_there && is_own) {
            self.launching.insert((wave, job));
        }
        let may_go = is_there && each["rule"].is_string() && !is_own;
        self.servers.extend(each["server"].as_str().filter(|_| may_go));
        let is_other = each["drill"] == true && each["rule"] == "owned_launch";
        let owner = each["execution"].as_str().filter(|_| is_other);
        self.others.extend(owner.filter(|owner| *owner != record.execution.id));
    }
}

/// A sentence for each way out: an instance that is in the way can be given up by name, and what another
/// execution has launched can be cleaned up.
pub(crate) fn hints(record: &Record, context: &Context) -> Vec<String> {
    // No command is taken in this store any more.
    if record.seal.is_some() {
        return Vec::new();
    }
    let InTheWay { servers, others, launching } = InTheWay::of(record);
    let mut hints = Vec::new();
    for other in others {
        hints.extend(freed(other, record.owners.get(other), context));
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

/// What frees the servers that another execution has, as far as it can be typed now.
fn freed(other: &str, owner: Option<&Owner>, context: &Context) -> Option<String> {
    let command = |verb: &str| context.command(&format!("{verb} {}", quoted(other)));
    let (cleanup, status) = (command("cleanup"), command("status"));
    Some(match owner {
        Some(Owner::HasInstances) => format!("`{cleanup}` terminates what it has launched"),
        Some(Owner::GoesOn) => format!(
            "`{status}` shows how far `{other}` is; once it is over, `{cleanup}` terminates what it has launched"
        ),
        Some(Owner::Moved(to)) => {
            format!("`{other}` was moved to {to}: how far it is, is known there")
        }
        Some(Owner::IsClean) => return None,
        None => format!(
            "`{cleanup}`, in the store of `{other}` and once it is over, terminates what it has launched"
        ),
    })
}

/// The executions whose launches are in the way.
pub(super) fn owners(record: &Record) -> BTreeSet<String> {
    InTheWay::of(record).others.into_iter().map(str::to_owned).collect()
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
    use moontide_runtime::store::{MemoryStore, Store};
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
            "`moontide cleanup second`, in the store of `second` and once it is over, terminates what it has launched",
            "`moontide run RUNBOOK --mode drill --replace s-1 --replace s-2` gives up the instances that are \
             there, and starts anew",
        ];
        assert_eq!(said(REFUSED, servers.into()).await, expected);
    }

    #[tokio::test]
    async fn a_cleanup_is_proposed_once_the_other_one_is_over() {
        let store = MemoryStore::new();
        let launch = step("first", "db", 1, "drs.start_recovery", json!({ "is_drill": true }));
        let mut error = EffectError::new(REFUSED, "no");
        let servers = [refused("s-2", "owned_launch", Some("second"))];
        error.details = json!({ "rule": "owned_launch", "servers": servers });
        let refusal = staged::outcome(&launch, Outcome::Failed { error });
        let end = staged::failed("db", REFUSED, &json!({ "servers": [] }));
        let bodies = vec![started(), intent(&launch), refusal, end];
        keep(&store, &execution("first", 0, &["db"]), bodies).await;
        let servers = json!([{ "source_server_id": "s-2" }]);
        let theirs = json!({ "source_servers": servers, "is_drill": true });
        let theirs = step("second", "db", 1, "drs.start_recovery", theirs);
        let job = json!({ "job": { "job_id": "drsjob-1" } });
        let launched = staged::outcome(&theirs, Outcome::Ok { value: job });
        let begun = vec![started(), intent(&theirs), launched];
        keep(&store, &execution("second", 10, &["db"]), begun).await;
        let first = async |store: &MemoryStore| {
            let record = Record::load(store, "first").await.unwrap();
            hints(&record, &staged::context()).swap_remove(0)
        };
        assert_eq!(
            first(&store).await,
            "`moontide status second` shows how far `second` is; once it is over, `moontide cleanup second` \
             terminates what it has launched"
        );
        let seen = store.lease("second").await.unwrap();
        let lease = store.take("second", "ann", seen.as_ref()).await.unwrap();
        let mut end = staged::journal(20, vec![staged::failed("db", "Other", &json!({}))]);
        (end[0].sequence, end[0].epoch) = (4, lease.epoch);
        store.append(&lease, &end).await.unwrap();
        let expected = "`moontide cleanup second` terminates what it has launched";
        assert_eq!(first(&store).await, expected);
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
