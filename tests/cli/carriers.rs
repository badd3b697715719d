//! What is owed after a drill is done once, whatever carriers come, die or change their mind; and it is done for no drill
//! that goes on.

use std::process::Stdio;
use std::time::Duration;

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::given::runbook;
use crate::owed::{DB, Drill, TERMINATE, carried_out};
use crate::support::{Home, Moment, Ran, Side, shim, wait};

#[test]
fn a_carrier_that_stays_does_what_falls_due_and_ends_when_nothing_is_owed() {
    let drill = Drill::owing("20m");
    let stays = ["obligations", "--carry-out", "--wait", "--output=json"];
    let said = drill.aws(&stays, 0);
    assert_eq!(said.json()["obligations"][0]["state"], "done");
    assert!(said.stderr.contains("1 obligation left"), "{}", said.stderr);
    drill.check(1, 1);
}

#[test]
fn of_two_carriers_one_does_it_and_the_other_sees_that_it_is_done() {
    let drill = Drill::owing("4h");
    // It has chosen nothing yet, and asks AWS who it is.
    let moment = Moment { operation: None, number: 1, side: Side::After };
    let second = drill.sim.trap.stop(drill.later(), moment);
    assert_eq!(carried_out(drill.later(), 0)["state"], "done");
    kill_process(Pid::from_child(&second), Signal::CONT).expect("it is there");
    let second = Ran::of(&second.wait_with_output().expect("it ends")).expect(0).json();
    assert_eq!(second["obligations"][0]["state"], "done", "{second}");
    drill.check(1, 1);
}

#[test]
fn what_another_carrier_is_at_is_under_way_and_no_failure() {
    let unseen = "\n[[faults]]\nkind = \"drop_reply\"\noperation = \"drs:StartRecovery\"\n\
                  effect = false\n\n[[faults]]\nkind = \"access_denied\"\n\
                  operation = \"drs:DescribeJobs\"\nskip = 1\ntimes = 2\n";
    let drill = Drill::of(unseen);
    drill.run("4h", 4);
    drill.home.run(&["cancel", "drill"]).expect(0);
    drill.aws(&["resume", "drill"], 1);
    // It looks for the launch for more than a minute, as in life, on a machine that is five hours ahead.
    let ahead = |command| shim::shifted(command, 18_000.0);
    let endpoint = &drill.sim.flags()[0];
    let first = ["obligations", "--carry-out", endpoint, "--speed=1"];
    let moment = Moment { operation: Some("DescribeJobs"), number: 1, side: Side::After };
    let mut first = drill.sim.trap.stop(ahead(drill.home.moontide(&first)), moment);
    kill_process(Pid::from_child(&first), Signal::CONT).expect("it is there");
    let second = carried_out(ahead(drill.carrier()), 5);
    let drop = drill.home.refusal(&["obligations", "drop", "drill", "--reason=late"], 2);
    first.kill().expect("it can be killed");
    first.wait().expect("it ends");
    let note = second["note"].as_str().unwrap_or_default();
    assert!(note.starts_with("under way: `"), "{second}");
    assert!(note.contains(&format!("pid {}", first.id())), "{second}");
    assert_snapshot!(drop, @"
    error[M0806]: `drill.cleanup-1` cleans up after `drill` already
    hint: `moontide cancel drill.cleanup-1` stops it; then this again
    ");
    assert_eq!(carried_out(ahead(drill.carrier()), 0)["state"], "done");
    drill.check(0, 1);
}

#[test]
fn a_carrier_that_is_killed_is_followed_by_one_that_goes_on_with_its_cleanup() {
    let at = |operation, side| Moment { operation, number: 1, side };
    for moment in [at(Some(TERMINATE), Side::Before), at(Some(TERMINATE), Side::After)] {
        let drill = Drill::owing("4h");
        assert_eq!(drill.sim.trap.spring(drill.later(), moment).code, None);
        let owed = drill.owed();
        assert_eq!(
            (&owed["state"], &owed["carried_by"]),
            (&"taken".into(), &"drill.cleanup-1".into())
        );
        let done = carried_out(drill.later(), 0);
        assert_eq!(
            (&done["state"], &done["carried_by"]),
            (&"done".into(), &"drill.cleanup-1".into())
        );
        drill.check(1, 1);
    }
}

/// At every write to the store, so also between the taking and the first line of its cleanup.
#[test]
fn a_carrier_that_is_killed_at_any_write_is_followed_by_one_that_does_it_once() {
    let mut kills = 0;
    for number in 1..=8 {
        let drill = Drill::owing("4h");
        let strike = shim::CallFault::once("sync", number, "kill-after");
        let carrier = strike.around(drill.later());
        let mut carrier = carrier;
        let ran = Ran::of(&carrier.output().expect("moontide starts"));
        kills += usize::from(ran.code.is_none());
        let done = carried_out(drill.later(), 0);
        assert!(done.is_null() || done["state"] == "done", "{number}: {done}");
        drill.check(1, 1);
    }
    assert!(kills >= 4, "{kills}");
}

#[test]
fn a_cleanup_that_fails_stays_owed_and_is_attempted_once_more_in_the_same_execution() {
    let drill = Drill::of("termination_protection = true\n");
    drill.run("4h", 0);
    for attempt in 1..=2 {
        let owed = carried_out(drill.later(), 1);
        assert_eq!(
            (&owed["state"], &owed["note"]),
            (&"taken".into(), &"drill.cleanup-1 has failed".into())
        );
        let shown = drill.look(&["show", "drill.cleanup-1"]);
        assert_eq!(shown["waves"][0]["attempt"], attempt, "{shown}");
    }
    let status = drill.home.run(&["status", "drill"]).expect(0).stdout;
    assert!(status.contains("Z: drill.cleanup-1 has failed\n"), "{status}");
    assert!(status.contains("next: moontide obligations --carry-out\n"), "{status}");
    drill.check(2, 1);
}

#[test]
fn one_that_fails_does_not_stop_the_others() {
    let drill = Drill::of(
        "\n[[servers]]\nname = \"web\"\ntags = { Tier = \"web\" }\ntermination_protection = true\n",
    );
    let web = drill.home.path().join("web");
    std::fs::create_dir(&web).expect("a folder");
    std::fs::write(web.join("runbook.luau"), runbook("web", &DB.replace("db", "web")))
        .expect("a file");
    let web = web.display().to_string();
    drill.aws(&["run", &web, "--mode=drill", "--execution-id=a", "--cleanup-after=4h"], 0);
    drill.run("4h", 0);
    let ran = Ran::of(&drill.later().output().expect("moontide starts")).expect(1).json();
    let states: Vec<(&str, &str)> = ran["obligations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| (it["execution"].as_str().unwrap_or("?"), it["state"].as_str().unwrap_or("?")))
        .collect();
    assert_eq!(states, [("a", "taken"), ("drill", "done")]);
}

#[test]
fn a_cleanup_that_a_person_has_called_off_waits_for_a_person() {
    let drill = Drill::owing("4h");
    let moment = Moment { operation: Some(TERMINATE), number: 1, side: Side::Before };
    assert_eq!(drill.sim.trap.spring(drill.later(), moment).code, None);
    drill.home.run(&["cancel", "drill.cleanup-1", "--by=ann"]).expect(0);
    let off = carried_out(drill.later(), 1);
    assert_eq!(
        (&off["state"], &off["note"]),
        (&"taken".into(), &"drill.cleanup-1 was cancelled".into())
    );
    let waits = carried_out(drill.later(), 4);
    let note = waits["note"].as_str().unwrap_or_default();
    assert!(note.starts_with("drill.cleanup-1 was cancelled by ann"), "{waits}");
    let terminated = drill.sim.performed(TERMINATE);
    drill.check(terminated, 1);
    drill.aws(&["cleanup", "drill"], 0);
    assert_eq!(drill.owed()["carried_by"], "drill.cleanup-2");
}

/// What a drill launches while a cleanup runs is not for that cleanup, nor for another that follows it by itself.
#[test]
fn a_drill_that_is_taken_up_again_while_it_is_cleaned_up_keeps_what_it_launches_then() {
    for is_owed in [false, true] {
        let fails = "\n[[servers]]\nname = \"web\"\ntags = { Tier = \"web\" }\n\n[[faults]]\n\
                     kind = \"launch_fails\"\nserver = \"web\"\nphase = \"launch\"\n\
                     error = \"InsufficientInstanceCapacity\"\n";
        let drill = Drill::of(fails);
        let web = DB
            .replace("\"db\"", "\"web\"")
            .replace("web\", s", "web\", depends_on = { \"db\" }, s");
        let asks = "\t\t{ name = \"dns\", depends_on = { \"web\" }, pause = \"?\", run = function() end },";
        let waves = format!("{DB}\n{web}\n{asks}");
        std::fs::write(drill.home.shop("runbook.luau"), runbook("shop", &waves)).expect("a file");
        drill.run("4h", 1);
        let mark = drill.home.path().join("mark");
        // Its cleanup has been created by then, and terminates what it knows.
        let strike = shim::CallFault::once("sync", 8, "stop-after");
        let strike = shim::CallFault { mark: Some(mark.clone()), ..strike };
        let cleaner = if is_owed { drill.later() } else { drill.command(&["cleanup", "drill"]) };
        let mut cleaner = strike.around(cleaner);
        cleaner.stdout(Stdio::piped()).stderr(Stdio::piped());
        let cleaner = cleaner.spawn().expect("moontide starts");
        while !mark.exists() {
            wait(Duration::from_millis(5));
        }
        drill.home.run(&["retry", "drill", "web"]).expect(0);
        drill.aws(&["resume", "drill"], 4);
        kill_process(Pid::from_child(&cleaner), Signal::CONT).expect("it is there");
        let cleaner = Ran::of(&cleaner.wait_with_output().expect("it ends")).expect(0);
        let note = "drill goes on: what it launches from now on stays";
        assert!(cleaner.stderr.contains(note), "{}", cleaner.stderr);
        drill.check(1, 1);
        assert_eq!(drill.owed()["after"], "4h");
        assert_eq!(drill.owed()["due_at"], Value::Null);
    }
}

/// A carrier whose first attempt has failed is told as well.
#[test]
fn what_is_dropped_before_a_further_attempt_is_not_attempted_unsaid() {
    let begun = || {
        let drill = Drill::of("termination_protection = true\n");
        drill.run("4h", 0);
        carried_out(drill.later(), 1);
        drill
    };
    dropped_meanwhile(begun, 1);
}

/// At every write of the carrier: it is dropped, and nothing is terminated; or the operator is told that a cleanup is
/// under way.
#[test]
fn what_is_dropped_while_a_carrier_is_at_it_is_not_done_unsaid() {
    dropped_meanwhile(|| Drill::owing("4h"), 0);
}

/// What was terminated before is no matter.
fn dropped_meanwhile(begun: impl Fn() -> Drill, before: usize) {
    let (mut stopped, mut dropped) = (0, 0);
    for number in 1..=6 {
        let drill = begun();
        let mark = drill.home.path().join("mark");
        let strike = shim::CallFault::once("sync", number, "stop-after");
        let strike = shim::CallFault { mark: Some(mark.clone()), ..strike };
        let mut carrier = strike.around(drill.later());
        carrier.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut carrier = carrier.spawn().expect("moontide starts");
        while !mark.exists() && carrier.try_wait().expect("it can be waited for").is_none() {
            wait(Duration::from_millis(5));
        }
        stopped += usize::from(mark.exists());
        let drop = ["obligations", "drop", "drill", "--reason=it is needed", "--output=json"];
        let drop = drill.home.run(&drop);
        kill_process(Pid::from_child(&carrier), Signal::CONT).expect("it is there");
        let carrier = Ran::of(&carrier.wait_with_output().expect("it ends"));
        if drop.code != Some(0) {
            // Nothing is owed any more, or the carrier stands still in a write of its own, which lets no other one in.
            let is_told = ["M0806", "M0406"].iter().any(|code| drop.stderr.contains(code));
            assert!(is_told, "{number}: {}", drop.stderr);
            carrier.expect(before.try_into().expect("a code"));
            continue;
        }
        dropped += 1;
        let is_told = !drop.json()["under_way"].is_null();
        assert!(is_told || drill.sim.performed(TERMINATE) == before, "{number}: {}", drop.stdout);
        assert_eq!(drill.owed()["state"], "dropped", "{number}");
    }
    assert!(stopped >= 3 && dropped > 0, "{stopped} {dropped}");
}

/// cron has another home: nothing would ever be done, and nothing said.
#[test]
fn a_carrier_without_a_store_says_so() {
    let home = Home::new();
    let ran = home.run(&["obligations", "--carry-out"]).expect(6).stderr;
    assert!(ran.contains("there is no store at") && ran.contains("MOONTIDE_STORE"), "{ran}");
}
