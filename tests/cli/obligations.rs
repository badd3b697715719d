//! What is owed after a drill: when it falls due, and what fulfils it, calls it off or takes it elsewhere.

use insta::assert_snapshot;
use serde_json::Value;

use crate::given::{WORLD, runbook, shop};
use crate::owed::{DB, Drill, TERMINATE, carried_out};
use crate::support::{Home, Moment, Ran, Side, Sim, shim};

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
