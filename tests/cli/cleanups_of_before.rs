//! A cleanup that an earlier release has begun, and a drill of an earlier format.

use std::collections::BTreeMap;
use std::fs;

use moontide_runtime::journal::Format;
use moontide_runtime::store::{SqliteStore, Store};
use serde_json::{Value, json};

use crate::drilled::{DB, Drill, counts};
use crate::support::repository;

/// A cleanup that the release before lists and tables as params has begun, with its own runbook and params as text.
fn begun_before(drill: &Drill, jobs: &str, doubtful: &str) {
    let head = repository("tests/golden/v8/hello/execution.json");
    let head: Value =
        serde_json::from_str(&fs::read_to_string(head).expect("it is there")).expect("JSON");
    let text = json!({ "type": "string", "description": "", "allowed": [], "default": null, "secret": false });
    let plan = json!({
        "name": "cleanup",
        "params": { "execution": text, "jobs": text, "doubtful": text },
        "waves": [{ "name": "terminate", "hooks": ["run"] }],
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let path = drill.home.path().join("moontide/moontide.db");
        let store = SqliteStore::open(&path).expect("it opens");
        let mut cleanup = store.execution("drill").await.expect("the drill");
        cleanup.acts_for = Some("drill".to_owned());
        cleanup.made = vec![jobs.to_owned()];
        "drill.cleanup-1".clone_into(&mut cleanup.id);
        cleanup.plan = serde_json::from_value(plan).expect("a plan");
        cleanup.bundle = serde_json::from_value(head["bundle"].clone()).expect("its sources");
        "@moontide/cleanup".clone_into(&mut cleanup.bundle.entry);
        cleanup.params = BTreeMap::from([
            ("execution".to_owned(), json!("drill")),
            ("jobs".to_owned(), json!(jobs)),
            ("doubtful".to_owned(), json!(doubtful)),
        ]);
        store.create(&cleanup.pinned()).await.expect("it is begun");
    });
}

#[test]
fn a_cleanup_that_an_earlier_release_has_begun_goes_on_with_its_own_runbook() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    let journal = drill.home.run(&["journal", "drill", "--output=json"]).expect(0).stdout;
    let (_, rest) = journal.split_once("\"job_id\":\"").expect("a job was started");
    let (job, _) = rest.split_once('"').expect("its id ends");
    begun_before(&drill, job, "");
    drill.aws(&["resume", "drill.cleanup-1"], 0);
    let status = drill.home.run(&["status", "drill", "--output=json"]).expect(0).json();
    assert!(!status["next"].to_string().contains("cleanup drill"), "{status}");
    let journal = drill.home.run(&["journal", "drill.cleanup-1", "--output=json"]).expect(0).stdout;
    assert!(journal.contains("\"drs.terminate_recovery_instances\""), "{journal}");
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 1);
}

/// It knows nothing of a launch that came later, so another one is begun behind it.
#[test]
fn what_a_cleanup_of_an_earlier_release_does_not_know_is_cleaned_up_by_the_next() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    begun_before(&drill, "drsjob-00000000000000000", "");
    let cleaned = drill.clean_up(0);
    assert_eq!(
        (counts(&cleaned), &cleaned["cleanup"]),
        ((1, 0), &json!("drill.cleanup-2")),
        "{cleaned}"
    );
}

/// Its params are lists: the release of the drill cannot read them, and says that it is the format, not damage.
#[test]
fn the_cleanup_of_a_drill_of_an_earlier_format_is_of_the_first_that_has_lists() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    let path = drill.home.path().join("moontide/moontide.db");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let store = SqliteStore::open(&path).expect("it opens");
        let mut old = store.execution("drill").await.expect("the drill");
        let entries = store.journal("drill", 1).await.expect("its journal");
        (old.id, old.format) = ("old".to_owned(), Format(8));
        store.create(&old.pinned()).await.expect("it is begun");
        let lease = store.take("old", "test", None).await.expect("it is free");
        store.append(&lease, &entries).await.expect("it is written");
        store.release(&lease).await.expect("it is given back");
    });
    // What bears the tags of another execution is left: it is begun, and no more.
    drill.aws(&["cleanup", "old"], 1);
    let store = SqliteStore::open(&path).expect("it opens");
    let cleanup = runtime.block_on(store.execution("old.cleanup-1")).expect("the cleanup");
    assert_eq!(cleanup.format, Format::LISTS);
}
