//! Rehearsals through the binary: what its report says, and that answers given by flags do what they say.

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use support::{Home, repository};

/// Rehearses a folder and returns the report, if the exit code is `code`.
#[track_caller]
fn rehearse(folder: &Path, more: &[&str], code: i32) -> Value {
    let folder = folder.to_str().expect("a readable path");
    let command = [&["rehearse", folder, "--output=json"], more].concat();
    Home::new().run(&command).expect(code).json()
}

/// Rehearses a runbook whose one wave runs `program`, in a world with one server and `rest`.
#[track_caller]
fn rehearse_program(program: &str, rest: &str, code: i32) -> Value {
    let home = Home::new();
    let write =
        |name, text: String| std::fs::write(home.path().join(name), text).expect("it writes");
    let modules =
        ["drs", "ec2", "ssm"].map(|it| format!("local {it} = require(\"@moontide/{it}\")\n"));
    write(
        "runbook.luau",
        format!(
            "local moontide = require(\"@moontide\")\n{}return moontide.runbook {{ name = \"program\",\n\
             region = \"us-west-2\",\n\
             outside = {{ documents = {{ \"Shop-Open\", \"Shop-Promote\" }} }},\n\
             waves = {{ {{ name = \"only\", {program} }} }} }}",
            modules.concat()
        ),
    );
    let head = "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\n";
    write(
        "world.toml",
        format!("{head}[[servers]]\nname = \"db\"\ntags = {{ App = \"shop\" }}\n{rest}"),
    );
    rehearse(home.path(), &[], code)
}

/// Each wave's name and status.
fn waves(report: &Value) -> Vec<(&str, &str)> {
    let waves = report["waves"].as_array().expect("a list of waves").iter();
    waves.map(|wave| (text(&wave["name"]), text(&wave["status"]))).collect()
}

/// Each server's verdict, by its name, in the wave at this place.
fn verdicts(report: &Value, wave: usize) -> BTreeMap<&str, &str> {
    let servers = report["waves"][wave]["servers"].as_array().expect("a list of servers").iter();
    servers.map(|server| (text(&server["name"]), text(&server["verdict"]))).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

#[test]
fn hello_launches_its_server() {
    let report = rehearse(&repository("runbooks/hello"), &[], 0);
    assert_eq!(waves(&report), [("greet", "completed")]);
    assert_eq!(verdicts(&report, 0), BTreeMap::from([("hello", "launched")]));
    assert_eq!((&report["mode"], &report["status"]), (&json!("drill"), &json!("completed")));
    assert_eq!(report["calls"]["drs"]["StartRecovery"], 1);
}

#[test]
fn a_rehearsal_remembers_what_its_world_says_and_nothing_of_the_one_before() {
    let folder = repository("runbooks/shared_state");
    let folder = folder.to_str().expect("a readable path");
    for _ in 0..2 {
        let said = Home::new().run(&["rehearse", folder]).expect(0).stderr;
        let before = "shared-state-20261113-0800-abcde before this one: completed";
        for line in ["This is drill number 42", before] {
            assert!(said.contains(line), "{said}");
        }
    }
}

#[test]
fn a_state_that_no_store_can_keep_is_a_mistake_of_its_world() {
    let home = Home::new();
    let folder = repository("runbooks/shared_state");
    std::fs::copy(folder.join("runbook.luau"), home.path().join("runbook.luau"))
        .expect("it can be copied");
    let world = std::fs::read_to_string(folder.join("world.toml")).expect("it can be read");
    let world = world.replace("drills = 41", "\"\" = 41");
    std::fs::write(home.path().join("world.toml"), world).expect("it can be written");
    let folder = home.path().to_str().expect("a readable path");
    let said = home.run(&["rehearse", folder]).expect(3).stderr;
    assert!(
        said.contains("error[M0302]: the world's `state`: a `key` has 1 to 200 bytes"),
        "{said}"
    );
}

#[test]
fn three_tier_recovers_without_its_optional_server() {
    let report =
        rehearse(&repository("runbooks/three_tier"), &["--answer=application=continue"], 0);
    let completed = [("database", "completed"), ("application", "completed"), ("web", "completed")];
    assert_eq!(waves(&report), completed);
    let launched = |names: &[&'static str]| names.iter().map(|name| (*name, "launched")).collect();
    assert_eq!(verdicts(&report, 0), launched(&["db-1", "db-2"]));
    assert_eq!(verdicts(&report, 1), launched(&["app-1", "app-2", "app-3"]));
    let mut web: BTreeMap<_, _> = launched(&["web-1", "web-2"]);
    web.insert("web-3", "failed");
    assert_eq!(verdicts(&report, 2), web);

    let [answered] = report["prompts"].as_array().expect("a list").as_slice() else {
        panic!("one prompt: {report}");
    };
    assert_eq!((&answered["choice"], &answered["by"]), (&json!("continue"), &json!("--answer")));
    // All of it was there in time but the optional server, of which that is not known.
    let rto = &report["objectives"]["rto"];
    assert_eq!([&report["rto_met"], &rto["met"]], [&Value::Null, &Value::Null], "{rto}");
    assert!(rto["unknown"].to_string().contains("1 server did not come up"), "{rto}");
    let calls = &report["calls"];
    assert_eq!(
        (&calls["drs"]["StartRecovery"], &calls["ssm"]["SendCommand"]),
        (&json!(3), &json!(1))
    );
    assert!(calls["drs"].get("TerminateRecoveryInstances").is_none(), "{calls}");
}

#[test]
fn an_answer_to_the_pause_may_skip_the_wave_or_abort_the_drill() {
    for (choice, code, rest, launches) in [
        ("skip", 0, [("application", "skipped"), ("web", "completed")], 2),
        ("abort", 1, [("application", "cancelled"), ("web", "cancelled")], 1),
    ] {
        let flag = format!("--answer=application={choice}");
        let report = rehearse(&repository("runbooks/three_tier"), &[&flag], code);
        assert_eq!(waves(&report), [&[("database", "completed")], &rest[..]].concat());
        assert_eq!(report["prompts"][0]["choice"], choice);
        assert_eq!(report["calls"]["drs"]["StartRecovery"], launches, "{choice}");
    }
}

/// `benches/overhead.rs` prints how much it is; this holds the bound.
#[test]
fn the_published_drill_costs_at_most_sixty_questions_and_twenty_two_seconds_beyond_its_jobs() {
    for seed in 0..3 {
        let seed = format!("--seed={seed}");
        let report = rehearse(&repository("tests/benches/two_waves"), &[&seed], 0);
        assert_eq!(waves(&report), [("first", "completed"), ("second", "completed")]);
        let seconds = report["recovery_seconds"].as_u64().expect("a number");
        assert!((1073..=1095).contains(&seconds), "{seed}: {seconds} s");
        let asked = report["calls"]["drs"]["DescribeJobs"].as_u64().expect("a number");
        assert!((2..=60).contains(&asked), "{seed}: {asked} times");
    }
}

#[test]
fn an_automation_runs_to_its_outputs() {
    let report = rehearse_program(
        "run = function(wave)\n\
         local execution = ssm.run_automation { document_name = \"Shop-Open\",\n\
             parameters = { Shop = { \"lisbon\" } } }\n\
         if execution.outputs[\"open.Url\"][1] ~= \"https://shop\" then moontide.fail(\"no output\") end\n\
         end",
        "[[automations]]\ndocument = \"Shop-Open\"\ntakes = \"5m\"\n\
         outputs = { \"open.Url\" = [\"https://shop\"] }\n",
        0,
    );
    assert_eq!(report["calls"]["ssm"]["StartAutomationExecution"], 1);
    let seconds = report["recovery_seconds"].as_u64().expect("a number");
    assert!((302..=315).contains(&seconds), "{seconds} s");
}

#[test]
fn an_automation_that_fails_or_takes_too_long_fails_the_wave() {
    let failed = "[[automations]]\nstatus = \"Failed\"\nfailure_message = \"the replica lags\"\n\
                  takes = \"5m\"\n";
    let run = |more: &str| {
        format!(
            "run = function(wave) ssm.run_automation {{ document_name = \"Shop-Promote\",\n\
             parameters = {{ Shop = {{ \"lisbon\" }} }}, {more} }} end"
        )
    };
    let report = rehearse_program(&run(""), failed, 1);
    assert_eq!(
        report["waves"][0]["reason"], "Shop-Promote ended as Failed: the replica lags",
        "{report}"
    );
    let report = rehearse_program(&run("timeout = \"1m\""), failed, 1);
    let reason = text(&report["waves"][0]["reason"]);
    assert!(reason.starts_with("Shop-Promote is still InProgress: execution "), "{reason}");
}

#[test]
fn a_drill_reboots_what_it_launched_and_nothing_else() {
    let servers = "servers = { tags = { App = \"shop\" } },";
    let reboot = |ids: &str| {
        format!(
            "{servers} after = function(wave) ec2.reboot_instances({ids})\n\
             ec2.await_running(wave.instance_ids) end"
        )
    };
    let report = rehearse_program(&reboot("wave.instance_ids"), "", 0);
    assert_eq!(report["calls"]["ec2"]["RebootInstances"], 1);
    let seconds = |report: &Value| report["recovery_seconds"].as_u64().expect("a number");
    let launch_alone = seconds(&rehearse_program(servers, "", 0));
    assert!(seconds(&report) >= launch_alone + 120, "it waits for the status checks once more");

    let report = rehearse_program(&reboot("{ \"i-00000000000000000\" }"), "", 1);
    let reason = text(&report["waves"][0]["reason"]);
    assert!(reason.contains("drill_stays_inside"), "{reason}");
    assert_eq!(report["calls"]["ec2"].get("RebootInstances"), None);
}

/// A job that AWS has named and does not list is no verdict on its servers.
#[test]
fn a_started_job_that_shows_late_spends_no_retry() {
    let report = rehearse_program(
        "servers = { tags = { App = \"shop\" } }, on_failure = \"retry\", max_attempts = 2",
        "[[faults]]\nkind = \"late_job\"\nby = \"8m\"\n",
        0,
    );
    assert_eq!(waves(&report), [("only", "completed")]);
    assert_eq!(report["waves"][0]["attempt"], 1, "{report}");
    assert_eq!(report["calls"]["drs"]["StartRecovery"], 1);
}

/// Of a job that DRS does not show just the server is given up that has no instance.
#[test]
fn a_hidden_job_costs_a_wave_no_more_than_its_policy_counts() {
    let world = "[[servers]]\nname = \"app\"\ntags = { App = \"shop\" }\n\
                 [[faults]]\nkind = \"late_job\"\nby = \"9000h\"\n\
                 [[faults]]\nkind = \"launch_fails\"\nserver = \"app\"\nphase = \"launch\"\n\
                 error = \"InsufficientInstanceCapacity\"\n";
    let wave = |more: &str| format!("servers = {{ tags = {{ App = \"shop\" }}{more} }}");
    let judged = BTreeMap::from([("app", "failed"), ("db", "launched")]);
    for (more, status, code) in [(", optional = { \"app\" }", "completed", 0), ("", "failed", 1)] {
        let report = rehearse_program(&wave(more), world, code);
        assert_eq!(waves(&report), [("only", status)]);
        assert_eq!(verdicts(&report, 0), judged);
        let text = report["waves"][0].to_string();
        assert!(text.contains("nor an instance: "), "{text}");
        assert_eq!(report["calls"]["drs"]["StartRecovery"], 1);
    }
}

/// Ten minutes without a network are no fault of the wave, whose launch takes nine of its twelve.
#[test]
fn the_time_without_a_network_is_none_of_the_waves_timeout() {
    let outage = "[[faults]]\nkind = \"no_network\"\nafter = \"4m\"\nfor = \"10m\"\n";
    let wave = |timeout: &str| format!("servers = {{ tags = {{ App = \"shop\" }} }}, {timeout}");
    let report = rehearse_program(&wave("timeout = \"12m\""), outage, 0);
    assert_eq!(waves(&report), [("only", "completed")]);
    let seconds = report["recovery_seconds"].as_u64().expect("a number");
    assert!(seconds > 12 * 60, "{seconds} s: the outage was seen");
    // Its own work takes four and a half minutes.
    assert!(seconds - 10 * 60 < 5 * 60, "{seconds} s: its own work alone");
    rehearse_program(&wave("timeout = \"5m\""), outage, 0);
    let report = rehearse_program(&wave("timeout = \"4m\""), outage, 1);
    let reason = text(&report["waves"][0]["reason"]);
    assert!(reason.contains("longer than its timeout"), "{reason}");
}

/// A wave that runs this script on its server.
fn scripted(document: &str) -> String {
    format!(
        "servers = {{ tags = {{ App = \"shop\" }} }}, verify = function(wave)\n\
         local said = ssm.run_command {{ instance_ids = wave.instance_ids,\n\
         document_name = \"{document}\", parameters = {{ commands = {{ \"update\" }} }} }}\n\
         if said[1].stdout ~= \"up to date\" then moontide.fail(`it says {{said[1].stdout}}`) end end"
    )
}

#[test]
fn a_shell_script_for_windows_is_refused_by_name() {
    let report = rehearse_program(&scripted("AWS-RunShellScript"), "platform = \"windows\"\n", 1);
    let reason = text(&report["waves"][0]["reason"]);
    assert!(reason.contains("of platform type Windows"), "{reason}");
    assert!(reason.contains("AWS-RunPowerShellScript for Windows"), "{reason}");
}

#[test]
fn a_script_that_reboots_its_server_is_waited_for_until_it_has_run_again() {
    let world =
        "[[commands]]\nexit_code = 194\ntakes = \"1m\"\n[[commands]]\nstdout = \"up to date\"\n";
    let report = rehearse_program(&scripted("AWS-RunShellScript"), world, 0);
    assert_eq!(waves(&report), [("only", "completed")]);
    assert_eq!(report["calls"]["ssm"]["SendCommand"], 1);
    let once = "[[commands]]\nexit_code = 194\n";
    let report = rehearse_program(&scripted("AWS-RunShellScript"), once, 1);
    let reason = text(&report["waves"][0]["reason"]);
    assert!(reason.contains("it says"), "the second run succeeds and says nothing: {reason}");
    let note = text(&report["assumed"][0]["message"]);
    assert!(note.contains("no [[commands]] answers `update`"), "{note}");
}

#[test]
fn a_failure_names_the_server_beside_its_instance() {
    let check = "servers = { tags = { App = \"shop\" } }, verify = function(wave)\n\
                 ssm.run_command { instance_ids = wave.instance_ids,\n\
                 document_name = \"AWS-RunShellScript\",\n\
                 parameters = { commands = { \"pg_isready\" } } } end";
    let fails = "[[commands]]\ncontains = \"pg_isready\"\nexit_code = 1\n";
    let offline = "[[faults]]\nkind = \"agent_offline\"\nserver = \"db\"\n";
    for (rest, what) in [(fails, "failed on 1 of 1 instances: "), (offline, "is not online on ")] {
        let report = rehearse_program(check, rest, 1);
        let reason = text(&report["waves"][0]["reason"]);
        assert!(reason.contains(&format!("{what}db (i-")), "{reason}");
    }
}

/// A wave that looks into the Region from which the servers come, on the day it is gone.
fn look_east(wave: &str, more: &str, code: i32) -> (Value, String) {
    let home = Home::new();
    let runbook = format!(
        "local moontide, drs = require('@moontide'), require('@moontide/drs')\n\
         return moontide.runbook {{ name = 'east', regions = {{ 'us-west-2', 'us-east-1' }},\n\
         waves = {{ {{ name = 'db', servers = {{ tags = {{ App = 'shop' }} }} }},\n\
         {{ name = 'look', depends_on = {{ 'db' }}, run = function(wave) {wave} end }} }} }}"
    );
    let world = format!(
        "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\nregions = [\"us-east-1\"]\n\
         [[servers]]\nname = \"db\"\ntags = {{ App = \"shop\" }}\n\
         [[servers]]\nname = \"db\"\nregion = \"us-east-1\"\ntags = {{ App = \"till\" }}\n{more}"
    );
    for (name, text) in [("runbook.luau", runbook), ("world.toml", world)] {
        std::fs::write(home.path().join(name), text).expect("it writes");
    }
    let folder = home.path().to_str().expect("a readable path");
    let ran = home.run(&["rehearse", folder, "--output=json"]).expect(code);
    (ran.json(), ran.stderr)
}

const LOOK: &str = "local found = drs.servers { region = 'us-east-1', tags = { App = 'till' } }\n\
                    if #found ~= 1 then moontide.fail(`{#found} servers`) end";

#[test]
fn a_runbook_sees_each_region_of_its_world() {
    let (report, _) = look_east(LOOK, "", 0);
    assert_eq!(waves(&report), [("db", "completed"), ("look", "completed")]);
}

#[test]
fn a_rehearsal_of_the_day_itself_shows_every_call_into_the_region_that_is_down() {
    let down = "[[faults]]\nkind = \"region_down\"\nregion = \"us-east-1\"\n";
    let notes = |report: &Value| -> Vec<String> {
        let all = report["assumed"].as_array().into_iter().flatten();
        all.filter(|it| it["kind"] == "region_down").map(|it| it["message"].to_string()).collect()
    };
    let (report, said) = look_east(LOOK, down, 6);
    assert_eq!(waves(&report), [("db", "completed"), ("look", "running")]);
    let [note] = &notes(&report)[..] else { panic!("one operation was called: {report}") };
    assert!(
        note.contains("us-east-1 was down when drs:DescribeSourceServers was called there"),
        "{note}"
    );
    assert!(
        said.contains("M0610") && said.contains("the notes of the rehearsal name it"),
        "{said}"
    );
    let seconds = report["recovery_seconds"].as_u64().expect("a number");
    assert!((2200..2600).contains(&seconds), "nine minutes and half an hour: {seconds} s");

    let (report, said) = look_east(LOOK, &format!("{down}answers = \"unavailable\"\n"), 6);
    assert_eq!(notes(&report).len(), 1, "{report}");
    assert!(said.contains("ServiceUnavailable"), "{said}");

    let (report, _) = look_east(LOOK, &format!("{down}for = \"20m\"\n"), 0);
    assert_eq!(notes(&report).len(), 1, "it was waited out, and still it shows: {report}");

    let (report, _) = look_east("return wave.name", down, 0);
    assert_eq!(waves(&report), [("db", "completed"), ("look", "completed")]);
    assert_eq!(notes(&report).len(), 0, "nothing was called there: {report}");
}

/// The notes of one kind.
fn notes_of<'a>(report: &'a Value, kind: &str) -> Vec<&'a str> {
    let all = report["assumed"].as_array().into_iter().flatten();
    all.filter(|it| it["kind"] == kind).map(|it| text(&it["message"])).collect()
}

#[test]
fn on_the_day_the_source_region_is_down_three_tier_recovers_from_old_data_and_misses_its_rpo() {
    let folder = repository("runbooks/three_tier");
    let world = std::fs::read_to_string(folder.join("world.toml")).expect("a world");
    let version = "version = 1\n";
    let start = "start = \"2026-11-20T08:04:00Z\"\n";
    let down = "[[faults]]\nkind = \"region_down\"\nregion = \"us-east-1\"\n";
    let world = format!("{}{down}", world.replacen(version, &format!("{version}{start}"), 1));
    let home = Home::new();
    let file = home.path().join("down.toml");
    std::fs::write(&file, world).expect("it writes");
    let report = rehearse(&folder, &["--world", file.to_str().expect("a readable path")], 0);

    let completed = [("database", "completed"), ("application", "completed"), ("web", "completed")];
    assert_eq!(waves(&report), completed);
    let database = &report["waves"][0]["servers"][0];
    assert_eq!(
        (&database["recovery_point"], &database["warning"]),
        (
            &json!("2026-11-20T08:00:00Z"),
            &json!("launched from an older recovery point: the newest data was not used")
        )
    );
    let rto = &report["objectives"]["rto"];
    assert!(rto["met"].is_null() && rto["achieved_seconds"].is_u64(), "without web-3: {rto}");
    let rpo = &report["objectives"]["rpo"];
    assert_eq!((&rpo["met"], &rpo["seconds"]), (&json!(false), &json!(900)));
    assert_eq!(
        notes_of(&report, "source_down"),
        ["[[faults]] 2 (region_down in us-east-1) had stopped the replication of 10 servers; 8 \
          launched from older data: app-1, app-2, app-3, db-1, db-2, web-1, web-2, web-3"]
    );
    assert_eq!(notes_of(&report, "unused").len(), 0, "{report}");
}

#[test]
fn a_runbook_that_asks_for_continuous_replication_meets_a_source_that_is_down() {
    let asks = "run = function() for _, server in drs.servers { tags = { App = 'shop' } } do
        local state, problem = server.replication_state, server.replication_error
        if state ~= 'CONTINUOUS' then require('@moontide').fail(`{state}: {problem}`) end
    end end";
    let down = "[[faults]]\nkind = \"source_down\"\nserver = \"db\"\n";
    let report = rehearse_program(asks, down, 1);
    let why = text(&report["waves"][0]["reason"]);
    assert_eq!(why, "STALLED: AGENT_NOT_SEEN");
    rehearse_program(asks, &format!("{down}after = \"1h\"\n"), 0);
}
