//! What `moontide cleanup` cleans up, one after another: nothing that a drill launched stays behind unsaid, whatever became of
//! the runner or the people meanwhile.

use std::fs;

use insta::assert_snapshot;
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::drilled::{DB, Drill, UNTIL_DECIDED, WEB, counts};
use crate::given::{ASKS, runbook, shop};
use crate::support::{Moment, Ran, Side};

/// A drill whose second wave failed, and whose cleanup was killed.
fn cut_off() -> Drill {
    let fails = "\n[[faults]]\nkind = \"launch_fails\"\nserver = \"web\"\nphase = \"launch\"\n\
                 error = \"InsufficientInstanceCapacity\"\n";
    let drill = Drill::of(&format!("{DB}\n{WEB}"), fails);
    drill.run(1);
    let operation = Some("TerminateRecoveryInstances");
    let moment = Moment { operation, number: 1, side: Side::Before };
    assert_eq!(drill.sim.trap.spring(drill.cleanup(), moment).code, None);
    drill
}

#[test]
fn a_cleanup_that_was_cut_off_does_not_forget_what_was_launched_since() {
    let drill = cut_off();
    drill.home.run(&["retry", "drill", "web"]).expect(0);
    drill.aws(&["resume", "drill"], 0);
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (2, 0), "{cleaned}");
    assert_eq!(cleaned["cleanup"], "drill.cleanup-2");
}

#[test]
fn a_drill_that_an_operator_wants_to_go_on_is_not_cleaned_up() {
    let drill = cut_off();
    drill.home.run(&["retry", "drill", "web", "--by=ann"]).expect(0);
    assert_snapshot!(drill.home.refusal(&["cleanup", "drill"], 2), @"
    error[M0801]: `drill` is about to go on: what it launches then would stay
    hint: a retry of web by ann (sent by root) waits for a runner
    hint: `moontide resume drill` lets it
    hint: `moontide cancel drill` before that calls it off
    ");
}

#[test]
fn two_cleanups_at_the_same_moment_are_one_after_the_other() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    // It knows already which execution to begin, and asks AWS who it is.
    let moment = Moment { operation: None, number: 1, side: Side::After };
    let second = drill.sim.trap.stop(drill.cleanup(), moment);
    assert_eq!(counts(&drill.clean_up(0)), (1, 0));
    kill_process(Pid::from_child(&second), Signal::CONT).expect("it is there");
    let second = Ran::of(&second.wait_with_output().expect("it ends")).expect(0).json();
    assert_eq!(second["cleanup"], "drill.cleanup-2");
    assert_eq!(counts(&second).0, 0, "{second}");
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 1);
}

#[test]
fn a_cleanup_in_other_hands_is_held() {
    let drill = Drill::in_doubt(false, UNTIL_DECIDED);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    let at = |operation| Moment { operation, number: 1, side: Side::After };
    let second = drill.sim.trap.stop(drill.cleanup(), at(None));
    // It looks for the launch for more than a minute, as in life.
    let endpoint = &drill.sim.flags()[0];
    let first = drill.home.moontide(&["cleanup", "drill", endpoint, "--speed=1"]);
    let mut first = drill.sim.trap.stop(first, at(Some("DescribeJobs")));
    for stopped in [&first, &second] {
        kill_process(Pid::from_child(stopped), Signal::CONT).expect("it is there");
    }
    let said = Ran::of(&second.wait_with_output().expect("it ends")).expect(5).stderr;
    first.kill().expect("it can be killed");
    first.wait().expect("it ends");
    assert!(said.contains(&format!("pid {}", first.id())), "{said}");
    assert!(said.contains("moontide status drill.cleanup-1"), "{said}");
}

#[test]
fn an_instance_that_is_protected_against_termination_is_left_by_name() {
    // The world's last server is `web`.
    let drill = Drill::of(&format!("{DB}\n{WEB}"), "termination_protection = true\n");
    drill.run(0);
    let cleaned = drill.clean_up(1);
    let said = cleaned.to_string();
    assert_eq!(cleaned["left"].as_array().map(Vec::len), Some(1), "{said}");
    assert_eq!(cleaned["terminated"].as_array().map(Vec::len), Some(1), "{said}");
    let reason = cleaned["left"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("OperationNotPermitted"), "{said}");
}

#[test]
fn nothing_of_a_cleanup_is_skipped() {
    let drill = Drill::in_doubt(true, 100_000);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.clean_up(1);
    assert_snapshot!(drill.home.refusal(&["skip", "drill.cleanup-1", "terminate"], 2), @"
    error[M0806]: `drill.cleanup-1` cleans up after `drill`, and nothing of that is left out
    hint: `moontide cleanup drill` goes on with it
    ");
    assert_eq!(drill.clean_up(1)["cleanup"], "drill.cleanup-2");
}

/// What waits for a runner calls the drill off already, or ends it.
#[test]
fn a_drill_that_will_launch_nothing_more_is_only_to_be_ended() {
    let drill = cut_off();
    drill.home.run(&["skip", "drill", "web"]).expect(0);
    assert_snapshot!(drill.home.refusal(&["cleanup", "drill"], 2), @"
    error[M0801]: `drill` is not over: what was sent last is not taken yet
    hint: a skip of web by root waits for a runner
    hint: `moontide resume drill` lets a runner take it
    ");
    drill.aws(&["resume", "drill"], 0);
    drill.clean_up(0);
}

#[test]
fn a_cleanup_runs_from_no_folder() {
    let drill = Drill::in_doubt(true, 100_000);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    drill.clean_up(1);
    let (folder, cleanup) = (drill.home.shop(""), "drill.cleanup-1");
    let mend = ["retry", cleanup, "terminate", "--runbook", &folder];
    assert_snapshot!(drill.home.refusal(&mend, 2), @"
    error[M0105]: `drill.cleanup-1` cleans up after `drill`, by Moontide's own runbook
    hint: `moontide cleanup drill` cleans up by this release's
    ");
    let own = fs::read_to_string(drill.home.shop("runbook.luau")).expect("it is there");
    fs::write(drill.home.shop("runbook.luau"), format!("{own}\n")).expect("it is written");
    let said = drill.home.run(&["retry", cleanup, "terminate"]).expect(0).stdout;
    assert!(!said.contains("on disk"), "{said}");
}

/// Earlier releases let a run begin under the id of a cleanup.
#[test]
fn what_only_goes_by_the_name_of_a_cleanup_is_passed_over() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    fs::write(drill.home.shop("runbook.luau"), runbook("other", ASKS)).expect("it is written");
    let folder = drill.home.shop("");
    let database =
        Connection::open(drill.home.path().join("moontide/moontide.db")).expect("it opens");
    for (begun, renamed) in
        [("other-1", "drill.cleanup-1"), ("other-2", "drill.cleanup-4294967295")]
    {
        let id = format!("--execution-id={begun}");
        // The claim of the first is not renamed with it.
        drill.aws(&["run", &folder, "--mode=recovery", "--yes", &id, "--beside=other-1"], 4);
        let rename = "UPDATE heads SET head = replace(head, ?1, ?2)";
        database.execute(rename, [begun, renamed]).expect("it is renamed");
        let rename = "UPDATE executions SET id = ?2 WHERE id = ?1";
        assert_eq!(database.execute(rename, [begun, renamed]), Ok(1));
    }
    let entries = || -> u32 {
        let count = "SELECT count(*) FROM entries JOIN executions ON execution = executions.number \
                     WHERE id = 'drill.cleanup-1'";
        database.query_row(count, [], |row| row.get(0)).expect("they are counted")
    };
    let before = entries();
    let next = || {
        let status = drill.home.run(&["status", "drill", "--output=json"]).expect(0).json();
        status["next"].to_string().contains("cleanup drill")
    };
    assert!(next(), "its instance lives");
    let cleaned = drill.clean_up(0);
    assert_eq!(cleaned["cleanup"], "drill.cleanup-2", "{cleaned}");
    assert_eq!(counts(&cleaned), (1, 0), "{cleaned}");
    assert!(!next(), "its instance is gone");
    assert_eq!(drill.clean_up(0)["cleanup"], "drill.cleanup-3");
    assert_eq!((entries(), before > 0), (before, true), "no runner drives the other one");
}

#[test]
fn no_run_takes_the_id_of_a_cleanup() {
    let home = shop(&[("runbook.luau", &runbook("shop", ASKS))]);
    let run = ["run", &home.shop(""), "--mode=drill", "--execution-id=drill.cleanup-12"];
    assert_snapshot!(home.refusal(&run, 2), @"
    error[M0105]: `drill.cleanup-12` cannot be the id of a run
    hint: ids that end in `.cleanup-N` are those of the cleanups of drills: choose another one
    ");
}

#[test]
fn a_cleanup_is_given_what_the_drill_has_left_as_a_list() {
    let drill = Drill::of(DB, "");
    drill.run(0);
    drill.clean_up(0);
    let shown = drill.home.run(&["show", "drill.cleanup-1", "--output=json"]).expect(0).json();
    let left = &shown["params"]["left"][0];
    assert_eq!(left["put_away_by"], "drs.terminate_recovery_instances", "{shown}");
    assert_eq!(
        (left["named"].as_array().map(Vec::len), &left["is_doubtful"]),
        (Some(1), &json!(false)),
        "{shown}"
    );
}

/// More than one job of DRS may have.
#[test]
fn a_large_drill_is_terminated_in_several_jobs() {
    let many = "\n[[servers]]\nname = \"many-{n}\"\ncount = 150\ntags = { Tier = \"db\" }\n";
    let drill = Drill::of(DB, many);
    drill.run(0);
    let cleaned = drill.clean_up(0);
    assert_eq!(counts(&cleaned), (151, 0), "{cleaned}");
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 2);
}
