//! Whole drills through the binary, against the simulator on a port: pauses, answers, edits, lost
//! replies, and what is left to clean up.

mod support;

use serde_json::Value;
use support::{Home, Ran, Sim, repository};

const WORLD: &str = include_str!("../runbooks/three_tier/world.toml");

/// A drill of `three_tier`, from a copy of the runbook that the test may edit.
struct Drill {
    home: Home,
    sim: Sim,
}

impl Drill {
    fn of(world: &str) -> Drill {
        let home = Home::new();
        let source = repository("runbooks/three_tier/runbook.luau");
        std::fs::copy(source, home.path().join("runbook.luau")).expect("the runbook is there");
        let settings = "[approvers]\ndba = [\"*\"]\n";
        std::fs::write(home.path().join("moontide.toml"), settings).expect("it writes");
        Drill { home, sim: Sim::with(world) }
    }

    /// A command that talks to the simulator.
    fn aws(&self, arguments: &[&str]) -> Ran {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        self.home.run(&arguments.iter().copied().chain(flags).collect::<Vec<_>>())
    }

    fn run(&self, more: &[&str]) -> Ran {
        let runbook = self.home.path().join("runbook.luau");
        let runbook = runbook.to_str().expect("a readable path");
        let start = ["run", runbook, "--mode=drill", "--execution-id=drill"];
        self.aws(&[&start, more].concat())
    }

    fn resume(&self) -> Ran {
        self.aws(&["resume", "drill"])
    }

    fn answer(&self, choice: &str) -> Ran {
        self.home.run(&["answer", "drill", choice, "--by=dba"])
    }

    /// The execution as `show` has it.
    fn shown(&self) -> Value {
        self.home.run(&["show", "drill", "--output=json"]).expect(0).json()
    }

    /// The statuses of database, application and web.
    fn waves(&self) -> Vec<String> {
        let shown = self.shown();
        let waves = shown["waves"].as_array().expect("there are waves");
        let status = |wave: &Value| wave["status"].as_str().unwrap_or("none").to_owned();
        waves.iter().map(status).collect()
    }
}

#[test]
fn without_a_terminal_a_pause_exits_4_and_any_process_goes_on() {
    let drill = Drill::of(WORLD);
    let paused = drill.run(&[]).expect(4);
    assert!(paused.stdout.contains("moontide answer drill application continue"), "{paused:?}");
    assert_eq!(drill.waves(), ["completed", "paused", "pending"]);
    drill.resume().expect(4);
    drill.answer("continue").expect(0);
    drill.resume().expect(0);
    assert_eq!(drill.waves(), ["completed"; 3]);
    assert_eq!(drill.sim.performed("StartRecovery"), 3);
}

#[test]
fn skip_leaves_the_application_out_and_abort_ends_the_drill() {
    for (choice, code, waves, launches) in [
        ("skip", 0, ["completed", "skipped", "completed"], 2),
        ("abort", 1, ["completed", "cancelled", "cancelled"], 1),
    ] {
        let drill = Drill::of(WORLD);
        drill.run(&[]).expect(4);
        drill.answer(choice).expect(0);
        drill.resume().expect(code);
        assert_eq!(drill.waves(), waves, "{choice}");
        assert_eq!(drill.sim.performed("StartRecovery"), launches, "{choice}");
    }
}

#[test]
fn a_runbook_edited_during_the_pause_resumes_from_its_pinned_source() {
    let drill = Drill::of(WORLD);
    drill.run(&[]).expect(4);
    std::fs::write(drill.home.path().join("runbook.luau"), "return nonsense").expect("it edits");
    drill.answer("continue").expect(0);
    drill.resume().expect(0);
    assert_eq!(drill.waves(), ["completed"; 3]);
}

#[test]
fn a_lost_reply_to_a_launch_is_adopted_and_nothing_is_launched_twice() {
    let fault =
        "\n[[faults]]\nkind = \"drop_reply\"\noperation = \"drs:StartRecovery\"\neffect = true\n";
    let drill = Drill::of(&format!("{WORLD}{fault}"));
    drill.run(&["--answer=continue"]).expect(0);
    assert_eq!(drill.sim.performed("StartRecovery"), 3);
    let journal = drill.home.run(&["journal", "drill", "--output=json"]).expect(0).stdout;
    let entries: Vec<Value> =
        journal.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let adopted = entries.iter().filter(|entry| entry["adopted"] == true).count();
    let intents = entries
        .iter()
        .filter(|entry| entry["kind"] == "intent" && entry["operation"] == "drs.start_recovery");
    assert_eq!((adopted, intents.count()), (1, 3));
}

#[test]
fn an_automation_whose_reply_is_lost_is_started_once() {
    let fault = "\n[[automations]]\ndocument = \"Shop-Open\"\n\
                 [[faults]]\nkind = \"drop_reply\"\noperation = \"ssm:StartAutomationExecution\"\n\
                 effect = true\n";
    let drill = Drill::of(&format!("{WORLD}{fault}"));
    let runbook = "local ssm = require(\"@moontide/ssm\")\n\
                   return require(\"@moontide\").runbook {\n\
                   name = \"open\", region = \"us-west-2\",\n\
                   outside = { documents = { \"Shop-Open\" } }, waves = { { name = \"open\",\n\
                   run = function() return ssm.run_automation { document_name = \"Shop-Open\",\n\
                   parameters = { Shop = { \"lisbon\" } } } end } } }";
    std::fs::write(drill.home.path().join("runbook.luau"), runbook).expect("it writes");
    drill.run(&[]).expect(0);
    let calls = drill.sim.simulator.calls();
    let starts = calls.iter().filter(|call| call.operation == "StartAutomationExecution");
    let [lost, again] = starts.collect::<Vec<_>>()[..] else { panic!("two requests: {calls:?}") };
    assert_eq!((lost.status, again.status), (None, Some(200)));
    assert!(again.detail.ends_with("known by its token"), "{again:?}");
}

#[test]
fn starting_twice_is_starting_once() {
    let drill = Drill::of(WORLD);
    drill.run(&["--answer=continue"]).expect(0);
    drill.run(&["--answer=continue"]).expect(0);
    assert_eq!(drill.sim.performed("StartRecovery"), 3);
    let listed = drill.home.run(&["list", "--output=json"]).expect(0).stdout;
    assert_eq!(listed.matches("\"drill\"").count(), 2, "one execution, in mode drill: {listed}");
}

#[test]
fn a_completed_job_with_a_failed_critical_server_fails_the_wave_and_asks() {
    let world = WORLD.replace("server = \"web-3\"", "server = \"app-2\"");
    let drill = Drill::of(&world);
    let asked = drill.run(&["--answer=application=continue"]).expect(4);
    assert!(asked.stderr.contains("app-2"), "{}", asked.stderr);
    assert_eq!(drill.waves(), ["completed", "waiting", "pending"]);
    drill.answer("retry").expect(0);
    drill.resume().expect(0);
    // The retry launches the failed server only.
    let launched = drill.sim.simulator.calls();
    let last = launched.iter().rfind(|call| call.operation == "StartRecovery").expect("launches");
    assert_eq!(drill.sim.performed("StartRecovery"), 4, "{last:?}");
    assert_eq!(drill.waves(), ["completed"; 3]);
}

#[test]
fn cleanup_terminates_the_drill_instances_of_this_execution_and_no_others() {
    let other = "\n[[servers]]\nname = \"hr\"\ntags = { App = \"hr\" }\n\
                 recovery_instance = { drill = true, age = \"1d\" }\n";
    let drill = Drill::of(&format!("{WORLD}{other}"));
    drill.run(&["--answer=continue"]).expect(0);
    let cleaned = drill.aws(&["cleanup", "drill"]).expect(0);
    let terminated = cleaned.stdout.matches("i-").count() + cleaned.stderr.matches("i-").count();
    assert!(terminated >= 7, "{cleaned:?}");
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 1);
    let again = drill.aws(&["cleanup", "drill"]).expect(0);
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 1, "{again:?}");
}

#[test]
fn a_drill_never_replaces_a_live_recovery_instance() {
    let live = "count = 2\nrecovery_instance = { drill = false, age = \"1d\" }";
    let drill = Drill::of(&WORLD.replacen("count = 2", live, 1));
    let refused = drill.run(&["--answer=continue"]).expect(1);
    let told = refused.stdout + &refused.stderr;
    assert!(told.contains("live_recovery"), "{told}");
    assert_eq!(drill.sim.performed("StartRecovery"), 0);
}

#[test]
fn what_was_denied_at_the_start_stays_denied_in_every_process() {
    let drill = Drill::of(WORLD);
    let runbook = "local moontide = require('@moontide')\n\
                   return moontide.runbook { name = 'denied', region = 'us-west-2', waves = { {\n\
                   name = 'only', pause = 'Go on?', run = function()\n\
                   require('@moontide/drs').describe_source_servers {} end } } }";
    let settings = drill.home.path().join("moontide.toml");
    std::fs::write(drill.home.path().join("runbook.luau"), runbook).expect("it can be written");
    std::fs::write(&settings, "[policy]\ndeny = [\"drs.*\"]\n").expect("it can be written");
    drill.run(&[]).expect(4);
    std::fs::remove_file(settings).expect("it is there");
    drill.answer("continue").expect(0);
    drill.resume().expect(1);
    assert_eq!(drill.sim.performed("DescribeSourceServers"), 0);
}

#[test]
fn an_operator_runs_one_wave_and_leaves_a_server_out_and_both_are_shown() {
    let drill = Drill::of(WORLD);
    let slip = drill.run(&["--only=databse"]).expect(2).stderr;
    assert!(slip.contains("did you mean `database`?"), "{slip}");
    let ran = drill.run(&["--only=database", "--exclude=db-2"]).expect(0);
    assert!(ran.stderr.contains("db-2 (s-"), "{}", ran.stderr);
    assert_eq!(drill.waves(), ["completed", "skipped", "skipped"]);
    let shown = drill.shown();
    assert_eq!(shown["only"], serde_json::json!(["database"]));
    assert_eq!(shown["excluded"], serde_json::json!(["db-2"]));
    assert_eq!(shown["waves"][0]["servers"].as_array().map(Vec::len), Some(1), "{shown}");
    assert!(shown["waves"][2].to_string().contains("left out by the operator"), "{shown}");
    assert_eq!(drill.sim.performed("StartRecovery"), 1);
    // The same id with another choice is not the same execution.
    drill.run(&["--only=database"]).expect(3);
}

#[test]
fn a_drill_that_leaves_every_server_of_a_wave_out_says_so() {
    let drill = Drill::of(WORLD);
    let ran = drill.run(&["--only=database", "--exclude=db-1", "--exclude=db-2"]).expect(1);
    assert!(ran.stdout.contains("excluded every server of wave database"), "{}", ran.stdout);
    assert_eq!(drill.sim.performed("StartRecovery"), 0);
}

#[test]
fn what_an_operator_saw_is_journaled_also_when_it_is_over() {
    let drill = Drill::of(WORLD);
    drill.run(&[]).expect(4);
    drill.home.run(&["note", "drill", "the replica lags", "--by=ann"]).expect(0);
    drill.answer("continue").expect(0);
    drill.resume().expect(0);
    drill.home.run(&["note", "drill", "customers see the shop"]).expect(0);
    let journal = drill.home.run(&["journal", "drill", "--output=json"]).expect(0).stdout;
    for text in ["the replica lags", "customers see the shop"] {
        assert_eq!(journal.matches(text).count(), 1, "{journal}");
    }
    let shown = drill.home.run(&["show", "drill"]).expect(0).stdout;
    assert!(shown.contains("note by ann (sent by "), "{shown}");
    assert!(shown.contains("| customers see the shop"), "{shown}");
    assert_eq!(drill.waves(), ["completed", "completed", "completed"]);
    assert_eq!(drill.sim.performed("StartRecovery"), 3);
    drill.home.run(&["note", "drill", " "]).expect(2);
}

#[test]
fn a_journal_holds_the_servers_of_its_waves_and_not_all_of_the_account() {
    let stranger = "\n[[servers]]\nname = \"stranger\"\ntags = { Tier = \"database\" }\n";
    let drill = Drill::of(&format!("{WORLD}{stranger}"));
    drill.run(&["--only=database"]).expect(0);
    let journal = drill.home.run(&["journal", "drill", "--output=json"]).expect(0).stdout;
    let looked: Vec<Value> = journal
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .filter(|entry: &Value| entry["operation"] == "drs.describe_source_servers")
        .collect();
    let [look] = looked.as_slice() else { panic!("{journal}") };
    let found = look["outcome"]["value"]["items"].as_array().expect("servers");
    let launched = drill.shown()["waves"][0]["servers"].as_array().map(Vec::len);
    assert_eq!(Some(found.len()), launched);
    assert!(!journal.contains("stranger"), "{journal}");
}
