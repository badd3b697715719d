//! What timetables have begun, and no process that stays goes on with; and what a status says of it.

use std::process::{Child, Stdio};
use std::time::Duration;

use moontide_runtime::store::obligations::{Ends, What};
use moontide_runtime::store::{Change, Condition, Documents as _, Obligation, Store as _};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::support::{Ran, wait};
use super::{Desk, Serving, minutes_ago, once};

impl Desk {
    /// Kills a `schedule run` behind its launch.
    pub(crate) fn cut_off(&self, name: &str) {
        let mut command = self.aws(&["schedule", "run", name]);
        let mut child: Child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("moontide starts");
        while self.sim.performed("StartRecovery") == 0 {
            wait(Duration::from_millis(2));
        }
        kill_process(Pid::from_child(&child), Signal::KILL).expect("it runs");
        child.wait().expect("it ends");
    }

    fn status(&self, code: i32) -> Value {
        self.home.run(&["schedule", "status", "--no-server", "--output=json"]).expect(code).json()
    }

    pub(crate) fn finish(&self) -> Ran {
        Ran::of(
            &self.aws(&["schedule", "finish", "--output=json"]).output().expect("moontide starts"),
        )
    }
}

#[test]
fn what_a_killed_run_has_begun_goes_on_by_the_next_one_and_is_launched_once() {
    let desk = Desk::with(&once("cut", 2, ""));
    desk.import();
    desk.cut_off("cut");
    let id = desk.history("cut")[0]["execution"].clone();
    let said = desk.status(1);
    assert_eq!(said["left"], json!([id]), "{said}");
    let ran = desk.run("cut").expect(0);
    assert!(ran.stderr.contains("which no runner drives"), "{ran:?}");
    assert_eq!(desk.history("cut")[0]["status"], "completed");
    assert_eq!(desk.sim.performed("StartRecovery"), 1);
    assert_eq!(desk.sim.performed("TerminateRecoveryInstances"), 1, "its cleanup was due at once");
    desk.status(0);
}

#[test]
fn finishing_starts_nothing_goes_on_with_what_was_cut_off_and_cleans_up_what_is_due() {
    let desk = Desk::with(&format!("{}{}", once("cut", 2, ""), once("other", 2, "")));
    desk.import();
    let first = desk.finish().expect(0).json();
    assert_eq!((&first["executions"], &first["obligations"]), (&json!([]), &json!(0)));
    desk.cut_off("cut");
    let done = desk.finish().expect(0).json();
    assert_eq!(done["executions"][0]["status"], "completed", "{done}");
    assert_eq!(desk.sim.performed("StartRecovery"), 1, "the other one is started by its timetable");
    assert_eq!(desk.sim.performed("TerminateRecoveryInstances"), 1);
    assert!(desk.history("other").is_empty());
}

#[test]
fn an_import_of_a_rate_starts_nothing_and_counts_no_time_before_it() {
    let desk = Desk::with(
        "[[schedules]]\nname = \"often\"\nrunbook = \"hello\"\nwhen = \"rate(1 minute)\"\n\
         start = 1970-01-01T00:00:00Z\n\
         [[schedules]]\nname = \"weekly\"\nrunbook = \"hello\"\nwhen = \"rate(7 days)\"\n",
    );
    std::fs::create_dir_all(desk.home.path().join("moontide")).expect("a folder");
    desk.home.run(&["schedule", "import", &desk.file()]).expect(0);
    for name in ["often", "weekly"] {
        desk.run(name);
        let started = desk.history(name).iter().any(|it| it["outcome"] != "started");
        assert!(!started, "nothing before the import counts: {:?}", desk.history(name));
    }
    assert!(desk.history("weekly").is_empty(), "the import starts nothing");
}

#[test]
fn a_status_is_not_well_where_times_are_only_held_and_well_while_a_person_has_paused_it() {
    let desk = Desk::with(&once("held", -600, ""));
    desk.import();
    desk.home.run(&["schedule", "pause", "held"]).expect(0);
    let said = desk.status(0);
    assert_eq!(said["paused"][0]["schedule"], "held", "{said}");
    desk.home.run(&["schedule", "resume", "held"]).expect(0);
    let store = desk.store();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let body = json!({
        "decided": minutes_ago(0),
        "missed": { "time": minutes_ago(-1), "why": "it was held until it was too late: a recovery runs" },
    });
    let change = |kind: &str, name: &str, body: Value| Change {
        kind: kind.to_owned(),
        name: name.to_owned(),
        body: Some(body),
        condition: Condition::Any,
        at: minutes_ago(0),
        by: "a test".to_owned(),
        behalf: None,
    };
    let write =
        |changed: Change| runtime.block_on(store.change(&changed)).expect("it can be written");
    write(change("schedule-progress", "held", body));
    let said = desk.status(1);
    assert!(said["missed"][0]["why"].as_str().is_some_and(|it| it.contains("held")), "{said}");
    // What cannot be read is said, and hides no other.
    write(change("schedule", "torn", json!({ "format": 1 })));
    let said = desk.status(1);
    assert_eq!(said["unseen"][0]["schedule"], "torn", "{said}");
    assert_eq!(said["schedules"], 2);
    // A clock that was ahead.
    let ahead = json!({ "decided": minutes_ago(-600) });
    write(change("schedule-progress", "held", ahead));
    let said = desk.status(1);
    let why = said["unseen"][0]["why"].as_str().unwrap_or_default().to_owned();
    assert!(why.contains("a clock was ahead"), "{said}");
    let refused = desk.run("held").expect(6);
    assert!(refused.stderr.contains("error[M0905]"), "{refused:?}");
    assert!(refused.stderr.contains("moontide schedule resume held"), "{refused:?}");
    desk.home.run(&["schedule", "resume", "held"]).expect(0);
    desk.run("held");
    assert_eq!(desk.sim.performed("StartRecovery"), 0);
}

#[test]
fn one_schedule_that_cannot_be_read_stops_no_other() {
    let desk = Desk::with(&once("good", 2, ""));
    desk.import();
    let (store, runtime) = (desk.store(), tokio::runtime::Runtime::new().expect("a runtime"));
    let torn = Change {
        kind: "schedule".to_owned(),
        name: "bad".to_owned(),
        body: Some(json!({ "format": 1 })),
        condition: Condition::New,
        at: minutes_ago(0),
        by: "a test".to_owned(),
        behalf: None,
    };
    runtime.block_on(store.change(&torn)).expect("it can be written");
    let mut serving = Serving::start(&desk);
    serving.until("bad");
    serving.until(": completed");
    assert!(serving.get("/healthz").contains("200 OK"));
    assert!(!serving.get("/metrics").contains("failures_total 0"));
    assert_eq!(serving.end(), Some(0));
    assert_eq!(desk.sim.performed("StartRecovery"), 1);
}

#[test]
fn what_a_process_owed_that_was_not_the_first_to_begin_is_nothing_to_finish() {
    let desk = Desk::with(&once("done", 2, ""));
    desk.import();
    desk.run("done").expect(0);
    let id = desk.history("done")[0]["execution"].as_str().expect("it has one").to_owned();
    let (store, runtime) = (desk.store(), tokio::runtime::Runtime::new().expect("a runtime"));
    runtime.block_on(async {
        let mut other = store.execution(&id).await.expect("it is there");
        other.nonce = "0123456789abcdef".to_owned();
        Obligation::owe(&store, &other, What::Cleanup, (Duration::ZERO, Ends::All))
            .await
            .expect("it is written")
    });
    let done = desk.finish().expect(0).json();
    assert_eq!((&done["executions"], &done["obligations"]), (&json!([]), &json!(0)));
}

#[test]
fn a_clock_that_is_in_doubt_keeps_nothing_from_its_end_that_has_begun() {
    let desk = Desk::with(&once("cut", 2, ""));
    desk.import();
    desk.cut_off("cut");
    let id = desk.history("cut")[0]["execution"].clone();
    let (store, runtime) = (desk.store(), tokio::runtime::Runtime::new().expect("a runtime"));
    let ahead = Change {
        kind: "schedule-progress".to_owned(),
        name: "cut".to_owned(),
        body: Some(
            json!({ "decided": minutes_ago(-600), "starts": [{ "time": minutes_ago(2), "execution": id }] }),
        ),
        condition: Condition::Any,
        at: minutes_ago(0),
        by: "a test".to_owned(),
        behalf: None,
    };
    runtime.block_on(store.change(&ahead)).expect("it can be written");
    let refused = desk.run("cut").expect(6);
    assert!(refused.stderr.contains("error[M0905]"), "{refused:?}");
    assert_eq!(desk.history("cut")[0]["status"], "completed");
    assert_eq!(desk.sim.performed("StartRecovery"), 1);
    assert_eq!(desk.sim.performed("TerminateRecoveryInstances"), 1);
}

#[test]
fn a_status_says_what_no_timetable_has_called_for() {
    let desk = Desk::with(&once("late", 90, "late = \"10m\""));
    desk.import();
    let said = desk.status(1);
    let why = said["missed"][0]["why"].as_str().unwrap_or_default().to_owned();
    assert!(why.starts_with("nothing started it"), "{said}");
}

#[test]
fn what_began_before_its_schedule_was_imported_anew_goes_on_without_its_new_answers() {
    let desk = Desk::with(&once("cut", 2, ""));
    desk.import();
    desk.cut_off("cut");
    desk.write(&once("cut", 2, "reason = \"changed\"\nanswers = { greeting = \"continue\" }"));
    let world = desk.home.path().join("hello/runbook.luau");
    let text = std::fs::read_to_string(&world).expect("it is there");
    let asks = text.replacen(
        "waves = {",
        "waves = {\n\t\t{ name = \"greeting\", pause = \"?\", run = function() end },",
        1,
    );
    assert_ne!(asks, text, "the runbook has waves");
    std::fs::write(&world, asks).expect("it can be written");
    desk.home.run(&["schedule", "import", &desk.file()]).expect(0);
    let done = desk.finish().expect(0).json();
    assert_eq!(done["executions"][0]["status"], "completed", "{done}");
    assert_eq!(desk.sim.performed("StartRecovery"), 1);
}

#[test]
fn an_obligation_that_cannot_be_read_is_said_and_stops_nothing() {
    let desk = Desk::with(&once("cut", 2, ""));
    desk.import();
    desk.cut_off("cut");
    let (store, runtime) = (desk.store(), tokio::runtime::Runtime::new().expect("a runtime"));
    let torn = Change {
        kind: "obligation".to_owned(),
        name: "a/cleanup/1".to_owned(),
        body: Some(json!({ "what": "dance" })),
        condition: Condition::New,
        at: minutes_ago(0),
        by: "a test".to_owned(),
        behalf: None,
    };
    runtime.block_on(store.change(&torn)).expect("it can be written");
    let why = desk.status(1)["unseen"].to_string();
    assert!(why.contains("a/cleanup/1"), "{why}");
    let ran = desk.finish();
    assert_ne!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("a/cleanup/1"), "{ran:?}");
    assert_eq!(desk.history("cut")[0]["status"], "completed");
    assert_eq!(desk.sim.performed("TerminateRecoveryInstances"), 1, "what can be read is done");
}
