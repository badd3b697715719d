//! What is owed after a drill is done once, whatever carriers come, die or change their mind; and it is done for no drill
//! that goes on.

use std::process::Stdio;
use std::time::Duration;

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::given::{WORLD, runbook, shop};
use crate::support::{Home, Moment, Ran, Side, Sim, shim, wait};

const DB: &str = "\t\t{ name = \"db\", servers = { tags = { Tier = \"db\" } } },";
const TERMINATE: &str = "TerminateRecoveryInstances";

/// A drill named `drill`, and its AWS.
struct Drill {
    home: Home,
    sim: Sim,
}

impl Drill {
    /// One of a single server, where this goes wrong.
    fn of(faults: &str) -> Drill {
        let home = shop(&[("runbook.luau", &runbook("shop", DB))]);
        let sim = Sim::with(&format!("{WORLD}tags = {{ Tier = \"db\" }}\n{faults}"));
        Drill { home, sim }
    }

    /// One that has ended, and whose cleanup is owed so long after its end.
    fn owing(after: &str) -> Drill {
        let drill = Drill::of("");
        drill.run(after, 0);
        drill
    }

    #[track_caller]
    fn run(&self, after: &str, code: i32) -> Ran {
        let folder = self.home.shop("");
        let after = format!("--cleanup-after={after}");
        let run = ["run", &folder, "--mode=drill", "--execution-id=drill", &after, "--output=json"];
        self.aws(&run, code)
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        self.home.moontide(&arguments.iter().copied().chain(flags).collect::<Vec<_>>())
    }

    /// A command that talks to the simulator.
    #[track_caller]
    fn aws(&self, arguments: &[&str], code: i32) -> Ran {
        Ran::of(&self.command(arguments).output().expect("moontide starts")).expect(code)
    }

    fn carrier(&self) -> std::process::Command {
        self.command(&["obligations", "--carry-out", "--output=json"])
    }

    /// A carrier whose machine is a minute ahead: that is ten hours of the drill.
    fn later(&self) -> std::process::Command {
        shim::shifted(self.carrier(), 60.0)
    }

    #[track_caller]
    fn look(&self, arguments: &[&str]) -> Value {
        self.home.run(&[arguments, &["--output=json"]].concat()).expect(0).json()
    }

    /// The obligation, as `status` has it.
    #[track_caller]
    fn owed(&self) -> Value {
        self.look(&["status", "drill"])["obligation"].take()
    }

    /// What was terminated, and how many cleanups there are.
    #[track_caller]
    fn check(&self, terminated: usize, cleanups: usize) {
        assert_eq!(self.sim.performed(TERMINATE), terminated);
        let listed = self.look(&["list"]);
        let ids = listed["executions"].as_array().expect("a list").iter();
        let count = ids.filter(|it| it["execution"].to_string().contains(".cleanup-")).count();
        assert_eq!(count, cleanups, "{listed}");
    }
}

/// What a carrier says of the only obligation.
#[track_caller]
fn carried_out(mut carrier: std::process::Command, code: i32) -> Value {
    let ran = Ran::of(&carrier.output().expect("moontide starts")).expect(code);
    let said = ran.json();
    let all = said["obligations"].as_array().expect("a list");
    assert!(all.len() <= 1, "{said}");
    all.first().cloned().unwrap_or_default()
}

#[test]
fn what_is_owed_at_once_is_done_by_the_runner_that_ends_the_drill() {
    let drill = Drill::of("");
    let said = drill.run("0s", 0).json();
    assert_eq!(said["status"], "completed");
    let owed = &said["obligation"];
    assert_eq!((&owed["state"], &owed["carried_by"]), (&"done".into(), &"drill.cleanup-1".into()));
    assert!(!said["next"].to_string().contains("cleanup"), "{said}");
    drill.check(1, 1);
    assert_eq!(drill.look(&["obligations"])["obligations"], serde_json::json!([]));
    let all = drill.look(&["obligations", "--all"]);
    assert_eq!(all["obligations"][0]["state"], "done");
}

#[test]
fn what_is_owed_later_is_said_and_done_when_its_time_has_come() {
    let drill = Drill::of("");
    let said = drill.run("4h", 0).json();
    assert_eq!(
        (&said["obligation"]["state"], &said["obligation"]["after"]),
        (&"owed".into(), &"4h".into())
    );
    let hint = said["hints"][0].as_str().expect("a hint");
    assert!(hint.starts_with("cleanup owed at 20"), "{said}");
    assert!(hint.contains("Z: `moontide obligations --carry-out --endpoint-url"), "{said}");
    assert_eq!(carried_out(drill.carrier(), 0)["state"], "owed");
    drill.check(0, 0);
    // Once its time has come that is said once, and no more as something to come.
    let due = shim::shifted(drill.home.moontide(&["status", "drill"]), 60.0).output();
    let due = Ran::of(&due.expect("moontide starts")).expect(0).stdout;
    assert!(due.contains("\ncleanup due since ") && !due.contains("hint: "), "{due}");
    assert!(due.contains("\nnext: moontide obligations --carry-out\n"), "{due}");
    let done = carried_out(drill.later(), 0);
    assert_eq!((&done["state"], &done["carried_by"]), (&"done".into(), &"drill.cleanup-1".into()));
    drill.check(1, 1);
    // And once only.
    assert_eq!(carried_out(drill.later(), 0), Value::Null);
    drill.check(1, 1);
}

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
fn a_cleanup_by_hand_fulfils_it() {
    let drill = Drill::owing("4h");
    drill.aws(&["cleanup", "drill"], 0);
    assert_eq!(drill.owed()["state"], "done");
    assert_eq!(carried_out(drill.later(), 0), Value::Null);
    drill.check(1, 1);
}

/// The cleanup was killed when all of it was done, but for the word that it is.
#[test]
fn what_was_cleaned_up_by_hand_unsaid_is_not_cleaned_up_again() {
    let drill = Drill::owing("4h");
    let before = drill.look(&["obligations"])["obligations"][0].clone();
    drill.aws(&["cleanup", "drill"], 0);
    let path = drill.home.path().join("moontide/moontide.db");
    let store = rusqlite::Connection::open(path).expect("the store");
    let owed =
        "UPDATE documents SET body = json_set(body, '$.state', 'owed') WHERE kind = 'obligation'";
    assert_eq!(store.execute(owed, []).expect("it is written"), 1);
    assert_eq!(drill.look(&["obligations"])["obligations"][0]["state"], before["state"]);
    let done = carried_out(drill.later(), 0);
    assert_eq!((&done["state"], &done["carried_by"]), (&"done".into(), &"drill.cleanup-1".into()));
    drill.check(1, 1);
}

#[test]
fn what_an_operator_drops_stays_and_says_who_and_why() {
    let drill = Drill::owing("4h");
    let drop =
        ["obligations", "drop", "drill", "--reason=the network team looks at it", "--by=ann"];
    let said = drill.home.run(&drop).expect(0).stdout;
    assert!(
        said.starts_with("drill: its cleanup is not owed any more; dropped by ann (sent by "),
        "{said}"
    );
    assert_eq!(carried_out(drill.later(), 0), Value::Null);
    drill.check(0, 0);
    let owed = drill.owed();
    assert_eq!(
        (&owed["state"], &owed["note"]),
        (&"dropped".into(), &"the network team looks at it".into())
    );
    let again = drill.home.refusal(&["obligations", "drop", "drill", "--reason=twice"], 2);
    assert_snapshot!(again, @"
    error[M0806]: nothing is owed for `drill`
    hint: `moontide obligations --all` shows what is, and was
    ");
    // The operator may clean up all the same.
    drill.aws(&["cleanup", "drill"], 0);
    assert_eq!(drill.owed()["state"], "dropped");
}

#[test]
fn a_drill_that_is_taken_up_again_stops_the_clock() {
    let fails = "\n[[faults]]\nkind = \"launch_fails\"\nserver = \"db\"\nphase = \"launch\"\n\
                 error = \"InsufficientInstanceCapacity\"\n";
    let drill = Drill::of(fails);
    assert!(drill.run("4h", 1).json()["obligation"]["due_at"].is_string());
    drill.home.run(&["retry", "drill", "db"]).expect(0);
    let owed = drill.owed();
    assert_eq!((&owed["state"], &owed["due_at"]), (&"owed".into(), &Value::Null));
    assert_eq!(carried_out(drill.later(), 0)["state"], "owed");
    drill.check(0, 0);
    drill.aws(&["resume", "drill"], 0);
    assert_eq!(carried_out(drill.carrier(), 0)["state"], "owed");
    assert_eq!(carried_out(drill.later(), 0)["state"], "done");
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
fn a_recovery_owes_no_cleanup_and_a_time_is_a_time() {
    let drill = Drill::of("");
    let folder = drill.home.shop("");
    let run = |mode: &str, after: &str| {
        drill.home.refusal(&["run", &folder, "--yes", mode, "--cleanup-after", after], 2)
    };
    assert_snapshot!(run("--mode=recovery", "4h"), @"
    error[M0803]: `--cleanup-after`: the instances of a recovery are production
    hint: only a drill is cleaned up after: `--mode drill`, or no `--cleanup-after`
    ");
    for (wrong, why) in
        [("soon", "a length of time"), ("1M", "a length of time"), ("100000h", "at most 3660 days")]
    {
        let said = run("--mode=drill", wrong);
        assert!(said.contains(why), "{said}");
    }
    assert_eq!(drill.look(&["obligations", "--all"])["obligations"], serde_json::json!([]));
}

#[test]
fn starting_an_id_twice_does_not_change_what_is_owed() {
    let drill = Drill::owing("4h");
    drill.run("4h", 0);
    let folder = drill.home.shop("");
    let other = drill.aws(&["run", &folder, "--mode=drill", "--execution-id=drill"], 3).stderr;
    assert!(other.contains("`drill` was started with `--cleanup-after 4h`"), "{other}");
    let all = drill.look(&["obligations", "--all"]);
    assert_eq!(all["obligations"].as_array().map(Vec::len), Some(1), "{all}");
}

/// Killed at any of its first writes: an execution that is there owes what it was begun with, and what is owed without
/// one binds no later one of its id.
#[test]
fn a_run_that_is_killed_at_any_write_forgets_no_obligation_and_leaves_none_that_binds() {
    let (mut void, mut begun) = (0, 0);
    for number in 1.. {
        let drill = Drill::of("");
        let folder = drill.home.shop("");
        let run = ["run", &folder, "--mode=drill", "--execution-id=drill"];
        let owing = drill.command(&[&run[..], &["--cleanup-after=4h"]].concat());
        let mut owing = shim::CallFault::once("sync", number, "kill-after").around(owing);
        assert_eq!(Ran::of(&owing.output().expect("moontide starts")).code, None);
        let listed = drill.look(&["list"]);
        let all = drill.look(&["obligations"]);
        let state = all["obligations"].get(0).map(|it| it["state"].clone());
        if listed["executions"].as_array().is_some_and(|it| !it.is_empty()) {
            assert_eq!(state, Some("owed".into()), "{number}");
            begun += 1;
            if begun == 3 {
                break;
            }
            continue;
        }
        let Some(state) = state else { continue };
        void += 1;
        assert_eq!(state, "void", "{number}");
        assert_eq!(carried_out(drill.later(), 0)["state"], "void");
        drill.aws(&run, 0);
        assert_eq!(drill.owed(), Value::Null);
        assert_eq!(carried_out(drill.later(), 0)["state"], "void");
        drill.check(0, 0);
        let drop = ["obligations", "drop", "drill", "--reason=never begun"];
        let early = drill.home.run(&drop).expect(2).stderr;
        assert!(early.contains("`drill` may be about to begin"), "{early}");
        let mut later = shim::shifted(drill.home.moontide(&drop), 601.0);
        Ran::of(&later.output().expect("moontide starts")).expect(0);
        assert_eq!(drill.look(&["obligations", "--all"])["obligations"], serde_json::json!([]));
    }
    assert!(void > 0);
}

#[test]
fn a_prune_leaves_alone_what_owes_something() {
    let drill = Drill::owing("400d");
    let prune = ["store", "prune", "--older-than=1m", "--output=json"];
    let prune = || {
        let command = drill.home.moontide(&prune);
        Ran::of(&shim::shifted(command, 3600.0).output().expect("moontide starts")).expect(0).json()
    };
    let pruned = prune();
    assert_eq!(pruned["pruned"], serde_json::json!([]));
    let reason = pruned["kept"][0]["reason"].as_str().expect("a reason");
    assert!(
        reason.starts_with("its cleanup is owed: `moontide obligations --carry-out`"),
        "{pruned}"
    );
    drill.aws(&["cleanup", "drill"], 0);
    assert_eq!(prune()["pruned"].as_array().map(Vec::len), Some(2));
    assert_eq!(drill.look(&["obligations", "--all"])["obligations"], serde_json::json!([]));
}

#[test]
fn what_is_owed_moves_with_its_execution_and_is_not_copied() {
    let drill = Drill::owing("4h");
    let there = Home::new();
    let file = |name: &str| drill.home.path().join(name).display().to_string();
    let owed = |home: &Home| {
        let said = home.run(&["obligations", "--all", "--output=json"]).expect(0).json();
        said["obligations"].get(0).map(|it| it["state"].clone())
    };
    drill.home.run(&["store", "export", "drill", "--to", &file("copy.json")]).expect(0);
    there.run(&["store", "import", &file("copy.json")]).expect(0);
    assert_eq!((owed(&drill.home), owed(&there)), (Some("owed".into()), None));

    let there = Home::new();
    drill.home.run(&["store", "export", "drill", "--move", "--to", &file("move.json")]).expect(0);
    there.run(&["store", "import", &file("move.json")]).expect(0);
    assert_eq!((owed(&drill.home), owed(&there)), (Some("elsewhere".into()), Some("owed".into())));
    assert_eq!(carried_out(drill.later(), 0), Value::Null);
    assert_eq!(drill.sim.performed(TERMINATE), 0);
    let [endpoint, speed] = drill.sim.flags();
    let carrier =
        there.moontide(&["obligations", "--carry-out", "--output=json", &endpoint, &speed]);
    let done = Ran::of(&shim::shifted(carrier, 60.0).output().expect("it starts")).expect(0).json();
    assert_eq!(done["obligations"][0]["state"], "done");
    assert_eq!(drill.sim.performed(TERMINATE), 1);
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

/// What was done for a drill says nothing of what it launches later.
#[test]
fn a_drill_that_goes_on_after_its_cleanup_owes_it_once_more() {
    let fails = "\n[[servers]]\nname = \"web\"\ntags = { Tier = \"web\" }\n\n[[faults]]\n\
                 kind = \"launch_fails\"\nserver = \"web\"\nphase = \"launch\"\n\
                 error = \"InsufficientInstanceCapacity\"\n";
    let drill = Drill::of(fails);
    let web = DB
        .replace("\"db\"", "\"web\"")
        .replace("web\", servers", "web\", depends_on = { \"db\" }, servers");
    std::fs::write(drill.home.shop("runbook.luau"), runbook("shop", &format!("{DB}\n{web}")))
        .expect("a file");
    let said = drill.run("0s", 1).json();
    assert_eq!(said["obligation"]["carried_by"], "drill.cleanup-1", "{said}");
    drill.check(1, 1);
    drill.home.run(&["retry", "drill", "web"]).expect(0);
    assert_eq!(drill.owed()["state"], "done");
    // The runner dies where it has launched once more.
    let moment = Moment { operation: Some("StartRecovery"), number: 1, side: Side::After };
    assert_eq!(drill.sim.trap.spring(drill.command(&["resume", "drill"]), moment).code, None);
    assert_eq!(drill.owed()["state"], "owed");
    let said = drill.aws(&["resume", "drill", "--output=json"], 0).json();
    assert_eq!(said["obligation"]["state"], "done", "{said}");
    assert_eq!(said["obligation"]["carried_by"], "drill.cleanup-2", "{said}");
    drill.check(2, 2);
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

/// By a machine that is five hours fast, or after a runner whose machine was five hours slow.
#[test]
fn what_is_owed_falls_due_by_the_clock_of_aws() {
    const HOURS: f64 = 5.0 * 3600.0;
    for (runner, carrier, is_due) in
        [(0.0, HOURS, false), (-HOURS, 0.0, false), (HOURS, HOURS, false), (-HOURS, HOURS, false)]
    {
        let home = shop(&[("runbook.luau", &runbook("shop", DB))]);
        let sim = Sim::at(&format!("{WORLD}tags = {{ Tier = \"db\" }}\n"), 1.0);
        let drill = Drill { home, sim };
        let [endpoint, _] = drill.sim.flags();
        let command = |arguments: &[&str], off: f64| {
            let command = drill.home.moontide(&[arguments, &[&endpoint]].concat());
            if off == 0.0 { command } else { shim::shifted(command, off) }
        };
        let folder = drill.home.shop("");
        let run = ["run", &folder, "--mode=drill", "--execution-id=drill", "--cleanup-after=4h"];
        let moment = Moment { operation: Some("StartRecovery"), number: 1, side: Side::After };
        assert_eq!(drill.sim.trap.spring(command(&run, runner), moment).code, None);
        drill.home.run(&["cancel", "drill"]).expect(0);
        let ended = command(&["resume", "drill"], runner).output().expect("moontide starts");
        Ran::of(&ended).expect(1);
        let carry = ["obligations", "--carry-out", "--output=json"];
        let owed = carried_out(command(&carry, carrier), 0);
        assert_eq!(
            owed["state"],
            if is_due { "done" } else { "owed" },
            "{runner} {carrier}: {owed}"
        );
        drill.check(0, 0);
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
            assert!(drop.stderr.contains("M0806"), "{number}: {}", drop.stderr);
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

#[test]
fn a_drill_that_no_runner_drives_is_said_to_owe_nothing_yet() {
    let drill = Drill::of("");
    let folder = drill.home.shop("");
    let run = ["run", &folder, "--mode=drill", "--execution-id=drill", "--cleanup-after=1m"];
    let moment = Moment { operation: Some("StartRecovery"), number: 1, side: Side::After };
    assert_eq!(drill.sim.trap.spring(drill.command(&run), moment).code, None);
    let ran = drill.home.run(&["obligations"]).expect(0).stdout;
    let said = ["it is not over, and no runner drives it", "next: moontide status drill\n"];
    assert!(said.iter().all(|it| ran.contains(it)), "{ran}");
}
