//! Two runners and one execution, with the real binary: at most one of them drives, and the other one says
//! why it does not. In a file and in a table.
//!
//! - `drill`: the execution that both of them want.

#![cfg(target_os = "linux")]

#[path = "support/drill.rs"]
mod drill;
#[path = "support/dynamo/mod.rs"]
mod dynamo;
mod support;

use std::process::Stdio;
use std::sync::Barrier;
use std::time::Duration;

use drill::{Drill, Place, Runner};
use rustix::process::Signal;
use support::shim::CallFault;
use support::{Moment, Ran, Side, wait};

/// A runner that has lost its lease ended because of that, and says so.
#[track_caller]
fn check_lost(ran: &Ran) {
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    // Whichever it sees first: that the lease is another's, or that a ttl has passed without an answer.
    let is_named = ran.stderr.contains("error[M0502]") || ran.stderr.contains("error[M0503]");
    let is_explained = ran.stderr.contains("another runner may have taken over");
    assert!(is_named && is_explained, "{}", ran.stderr);
}

#[test]
fn of_two_resumes_at_the_same_moment_one_drives_and_the_other_names_it() {
    resume_twice_at_once_in(Place::File, 20);
}

#[test]
fn of_two_resumes_of_an_execution_in_a_table_one_drives_and_the_other_names_it() {
    resume_twice_at_once_in(Place::Table, 10);
}

fn resume_twice_at_once_in(place: Place, times: usize) {
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                for _ in 0..times / 5 {
                    resume_twice_at_once(place);
                }
            });
        }
    });
}

fn resume_twice_at_once(place: Place) {
    // Five seconds of real time: longer than the loser needs to see that the winner lives.
    let drill = Drill::lasting_in(place, "83m");
    drill.begin_and_die();
    let barrier = Barrier::new(2);
    let resume = || {
        let mut command = drill.moontide(&["resume", "drill"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        barrier.wait();
        let child = command.spawn().expect("moontide starts");
        (child.id(), Ran::of(&child.wait_with_output().expect("it can be waited for")))
    };
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(resume);
        (resume(), one.join().expect("a result"))
    });
    let (won, lost) = if one.1.code == Some(0) { (one, other) } else { (other, one) };
    assert_eq!(won.1.code, Some(0), "{won:?} {lost:?}");
    assert_eq!(lost.1.code, Some(5), "{won:?} {lost:?}");
    let said = &lost.1.stderr;
    let named = said.contains(&format!("pid {}", won.0)) || said.contains("another runner on this");
    assert!(named && said.contains("M0501") && said.contains("moontide resume drill"), "{said}");
    drill.check();
}

#[test]
fn a_runner_stopped_past_its_ttl_writes_nothing_more_and_says_why() {
    stop_past_the_ttl(Place::File);
}

#[test]
fn a_runner_stopped_past_its_ttl_writes_nothing_more_into_a_table() {
    stop_past_the_ttl(Place::Table);
}

fn stop_past_the_ttl(place: Place) {
    let drill = Drill::lasting_in(place, "83m");
    let mut first = Runner::spawn(drill.start());
    first.until("running");
    first.send(Signal::STOP);
    let second = drill.run(&["resume", "drill"]).expect(0);
    assert!(second.stderr.contains("watching whether it lives"), "{}", second.stderr);
    let left = drill.journal("drill");
    first.send(Signal::CONT);
    check_lost(&first.end());
    drill.check();
    assert_eq!(drill.check_journal("drill"), [1, 2]);
    assert_eq!(drill.journal("drill"), left);
}

#[test]
fn a_runner_stopped_after_its_launch_has_had_its_effect_does_not_journal_it() {
    stop_after_the_launch(Place::File);
}

#[test]
fn a_runner_stopped_after_its_launch_does_not_journal_it_into_a_table() {
    stop_after_the_launch(Place::Table);
}

fn stop_after_the_launch(place: Place) {
    let drill = Drill::lasting_in(place, "1s");
    let launch = Moment { operation: Some("StartRecovery"), number: 1, side: Side::After };
    let first = drill.sim.trap.stop(drill.start(), launch);
    let mut first = Runner(Some(first));
    // The one who took over finds the job by its tag.
    drill.run(&["resume", "drill"]).expect(0);
    let left = drill.journal("drill");
    first.send(Signal::CONT);
    check_lost(&first.end());
    drill.check();
    assert_eq!(drill.check_journal("drill"), [1, 2]);
    assert_eq!(drill.journal("drill"), left);
}

#[test]
fn a_cleanup_is_taken_over_like_anything_else() {
    let drill = Drill::lasting("1s");
    assert_eq!(Ran::of(&drill.start().output().expect("moontide starts")).code, Some(0));
    let operation = Some("TerminateRecoveryInstances");
    let moment = Moment { operation, number: 1, side: Side::After };
    let first = drill.sim.trap.stop(drill.moontide(&["cleanup", "drill"]), moment);
    let mut first = Runner(Some(first));
    let second = drill.run(&["cleanup", "drill", "--output=json"]).expect(0).json();
    assert_eq!(second["terminated"].as_array().map(Vec::len), Some(1), "{second}");
    first.send(Signal::CONT);
    check_lost(&first.end());
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 1);
    assert_eq!(drill.check_journal("drill.cleanup-1"), [1, 2]);
}

/// A runner whose store begins to fail while its wave sleeps for hours.
fn fails_in_the_middle(calls: &'static str, then: &'static str) -> (Drill, Ran) {
    let drill = Drill::lasting("300h");
    let trigger = drill.home.path().join("now");
    let strike = CallFault {
        lasting: true,
        trigger: Some(trigger.clone()),
        ..CallFault::once(calls, 1, then)
    };
    let mut runner = Runner::spawn(strike.around(drill.start()));
    runner.until("running");
    std::fs::write(&trigger, "").expect("it can be written");
    let ran = runner.end();
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    assert!(ran.stderr.contains("moontide resume drill"), "{}", ran.stderr);
    (drill, ran)
}

#[test]
fn a_runner_whose_disk_dies_stops_by_itself() {
    let (drill, ran) = fails_in_the_middle("sync", "EIO");
    assert_eq!(ran.code, Some(6), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[M0403]"), "{}", ran.stderr);
    assert_eq!(drill.sim.performed("StartRecovery"), 0);
    drill.check_journal("drill");
}

#[test]
fn a_runner_that_cannot_lock_its_store_stops_by_itself_when_its_patience_is_used_up() {
    let (drill, ran) = fails_in_the_middle("lock", "EAGAIN");
    assert_eq!(ran.code, Some(6), "{}", ran.stderr);
    // Either part of the runner may see it first: that which renews, or that which looks for signals.
    let is_named = ran.stderr.contains("error[M0503]") || ran.stderr.contains("error[M0406]");
    assert!(is_named, "{}", ran.stderr);
    assert_eq!(drill.sim.performed("StartRecovery"), 0);
    drill.check_journal("drill");
}

/// A pause point beside a wave that goes on for long.
const PAUSE: &str = r#"
local moontide = require("@moontide")
return moontide.runbook {
    name = "hello",
    region = "us-west-2",
    waves = {
        { name = "a", run = function() end,
          pause = { message = "go on?", timeout = "8s", on_timeout = "continue" } },
        { name = "b", run = function() moontide.sleep("3h") end },
    },
}"#;

#[test]
fn silence_answers_nothing_while_another_process_keeps_the_store_busy() {
    let drill = Drill::lasting("1s");
    let runbook = drill.home.path().join("hello/runbook.luau");
    std::fs::write(runbook, PAUSE).expect("it can be written");
    let [endpoint, _] = drill.sim.flags();
    // Those who answer know no other time than that of their machine.
    let words = ["run", "hello", "--mode=drill", "--execution-id=drill", &endpoint];
    let mut command = drill.command(&words);
    command.env("MOONTIDE_PATIENCE", "10m");
    let mut runner = Runner::spawn(command);
    runner.until("running");
    let path = drill.home.path().join("moontide/moontide.db");
    let busy = rusqlite::Connection::open(path).expect("it opens");
    busy.busy_timeout(Duration::from_mins(1)).expect("it waits");
    busy.execute_batch("BEGIN EXCLUSIVE").expect("it is locked");
    // The time of the prompt, and a little more.
    wait(Duration::from_secs(10));
    let status = drill.look(&["status", "drill"]).expect(0).stdout;
    assert!(status.contains("Z, and the runner decides whether it gives more"), "{status}");
    busy.execute_batch("ROLLBACK").expect("it is free");
    let ran = drill.look(&["answer", "drill", "a", "abort"]).expect(0);
    assert!(ran.stdout.contains("a: abort by "), "{}", ran.stdout);
    runner.until("aborted by root");
    let journal = drill.journal("drill");
    let events: Vec<&str> = ["extended", "timed_out", "signalled"]
        .into_iter()
        .filter(|event| journal.contains(&format!("\"event\":\"{event}\"")))
        .collect();
    assert_eq!(events, ["extended", "signalled"], "{journal}");
}

#[test]
fn behind_a_runner_that_was_killed_silence_answers_only_after_a_last_word() {
    let drill = Drill::lasting("1s");
    let runbook = drill.home.path().join("hello/runbook.luau");
    std::fs::write(runbook, PAUSE.replace("8s", "2s")).expect("it can be written");
    let [endpoint, _] = drill.sim.flags();
    let words = ["run", "hello", "--mode=drill", "--execution-id=drill", &endpoint];
    let mut runner = Runner::spawn(drill.command(&words));
    runner.until("running");
    runner.send(Signal::KILL);
    runner.end();
    wait(Duration::from_secs(3));
    let status = drill.look(&["status", "drill"]).expect(0).stdout;
    assert!(status.contains("Z, and the runner decides whether it gives more"), "{status}");
    drill.look(&["answer", "drill", "a", "abort"]).expect(0);
    let mut resumed = Runner::spawn(drill.command(&["resume", "drill", &endpoint]));
    resumed.until("aborted by root");
    let journal = drill.journal("drill");
    assert!(
        journal.contains("\"cause\":\"runner_gone\"") && !journal.contains("timed_out"),
        "{journal}"
    );
}

#[test]
fn a_ttl_that_makes_no_sense_is_refused() {
    let drill = Drill::lasting("1s");
    drill.begin_and_die();
    for ttl in ["soon", "100ms", "0s", "-5s", "2h"] {
        let mut command = drill.moontide(&["resume", "drill"]);
        command.env("MOONTIDE_LEASE_TTL", ttl);
        let ran = Ran::of(&command.output().expect("moontide starts"));
        assert_eq!(ran.code, Some(6), "{ttl}: {}", ran.stderr);
        assert!(ran.stderr.contains("MOONTIDE_LEASE_TTL"), "{}", ran.stderr);
    }
    assert_eq!(drill.run(&["resume", "drill"]).code, Some(0));
}
