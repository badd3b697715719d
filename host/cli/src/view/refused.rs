//! What an operator is told after a rule of the door has refused a launch.

use moontide_control::view::{Record, refused::hints};
use moontide_kit::staged::{self, execution, intent, keep, started, step};
use moontide_runtime::effect::{EffectError, Outcome};
use moontide_runtime::store::{MemoryStore, Store};
use serde_json::{Value, json};

use super::worded::sentences;
use crate::context::Context;

/// The error code of the door's refusals.
const REFUSED: &str = "PolicyRefused";

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
    sentences(&Context::bare(), &hints(&record))
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
        sentences(&Context::bare(), &hints(&record)).swap_remove(0)
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
