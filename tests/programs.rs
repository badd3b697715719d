//! The standard program, rehearsed: which servers it launches, whom it asks, when it ends; and what its library
//! takes and gives.

mod support;

use serde_json::{Value, json};
use support::Home;

const WORLD: &str = "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\n\
    [[servers]]\nname = \"db-{n}\"\ncount = 2\ntags = { App = \"shop\", Tier = \"db\" }\n";

/// Two servers of which one does not launch at first, and the other launches and fails its checks.
const BAD_DAY: &str = "[[faults]]\nkind = \"launch_fails\"\nserver = \"db-1\"\ntimes = 1\n\
    [[faults]]\nkind = \"status_checks\"\nserver = \"db-2\"\nfor = \"45m\"\n";

const DB: &str = "servers = { tags = { Tier = \"db\" } },";

/// Rehearses one wave, with what is in `world` beside two servers; the report, if the exit code is `code`.
#[track_caller]
fn rehearse(wave: &str, world: &str, more: &[&str], code: i32) -> Value {
    let home = Home::new();
    let write = |name: &str, text: String| {
        std::fs::write(home.path().join(name), text).expect("it writes");
    };
    let modules = ["drs", "ec2", "host", "ssm"];
    let modules = modules.map(|it| format!("local {it} = require(\"@moontide/{it}\")\n")).concat();
    write(
        "runbook.luau",
        format!(
            "local moontide = require(\"@moontide\")\n{modules}return moontide.runbook {{\n\
             name = \"story\", region = \"us-west-2\", outside = {{ documents = {{ \"Shop-Open\" }} }},\n\
             params = {{ tier = {{ type = \"string\", default = \"db\" }} }},\n\
             waves = {{ {{ name = \"w\", {wave} }} }} }}"
        ),
    );
    write("world.toml", format!("{WORLD}{world}"));
    let folder = home.path().to_str().expect("a readable path").to_owned();
    let command = [&["rehearse", &folder, "--output=json"], more].concat();
    home.run(&command).expect(code).json()
}

fn reason(report: &Value) -> &str {
    report["waves"][0]["reason"].as_str().unwrap_or_else(|| panic!("no reason: {report}"))
}

/// The verdict and the instance of the server at this place.
fn server(report: &Value, place: usize) -> (&str, &str) {
    let server = &report["waves"][0]["servers"][place];
    (server["verdict"].as_str().unwrap_or(""), server["instance_id"].as_str().unwrap_or(""))
}

#[test]
fn a_retry_launches_what_has_no_instance_and_asks_about_what_has_one() {
    let wave = format!("{DB} on_failure = \"retry\", max_attempts = 2,");
    for mode in ["drill", "recovery"] {
        let mode = format!("--mode={mode}");
        for (choice, launches, code) in [("keep", 2, 0), ("replace", 3, 0), ("fail", 2, 1)] {
            let answer = format!("--answer=w={choice}");
            let report = rehearse(&wave, BAD_DAY, &[&mode, &answer], code);
            assert_eq!(report["calls"]["drs"]["StartRecovery"], launches, "{mode} {choice}");
            let [asked] = report["prompts"].as_array().expect("a list").as_slice() else {
                panic!("one prompt: {report}");
            };
            let message = asked["message"].as_str().expect("a question");
            assert!(message.contains("db-2") && message.contains("impaired"), "{message}");
            let ends = if choice == "fail" { "failed" } else { "launched" };
            assert_eq!(server(&report, 0).0, "launched", "{mode} {choice}");
            assert_eq!(server(&report, 1).0, ends, "{mode} {choice}");
            let stays = message.contains(server(&report, 1).1);
            assert_eq!(stays, choice != "replace", "{message}: {report}");
        }
    }
}

/// Two servers of which one launches only the third time, and the other never passes its checks.
const WORSE_DAY: &str = "[[faults]]\nkind = \"launch_fails\"\nserver = \"db-1\"\ntimes = 2\n\
    [[faults]]\nkind = \"status_checks\"\nserver = \"db-2\"\nfor = \"20h\"\n";

#[test]
fn what_a_person_keeps_stays_kept_whatever_its_checks_say() {
    let wave = format!("{DB} on_failure = \"retry\", max_attempts = 3,");
    let report = rehearse(&wave, WORSE_DAY, &["--answer=w=keep"], 0);
    let [asked] = report["prompts"].as_array().expect("a list").as_slice() else {
        panic!("one prompt: {report}");
    };
    let message = asked["message"].as_str().expect("a question");
    let because = "an earlier attempt of this wave launched it, and found: instance i-";
    assert!(message.contains(because) && message.contains("impaired"), "{message}");
    assert_eq!(report["waves"][0]["attempt"], 3);
    assert_eq!(report["calls"]["drs"]["StartRecovery"], 3);
    assert_eq!((server(&report, 0).0, server(&report, 1).0), ("launched", "launched"));
    let kept = &report["waves"][0]["servers"][1];
    assert!(message.contains(server(&report, 1).1), "{report}");
    assert!(kept["warning"].as_str().is_some_and(|it| it.contains("has kept")), "{kept}");
    assert!(kept["recovery_point"].is_string(), "{kept}");
}

#[test]
fn an_instance_that_a_hook_has_ended_does_not_count() {
    let verify = "verify = function(wave)\n\
        host.effect(\"ec2.terminate_instances\", { instance_ids = { wave.instance_ids[1] } })\nend";
    let report = rehearse(&format!("{DB} {verify}"), "", &[], 1);
    let (verdict, instance) = server(&report, 0);
    assert_eq!(verdict, "failed");
    let reason = reason(&report);
    assert!(reason.contains("db-1") && reason.contains(instance), "{reason}");
    assert!(reason.contains("shutting-down"), "{reason}");

    let enough = format!("{DB} min_success = 1, {verify}");
    assert_eq!(rehearse(&enough, "", &[], 0)["waves"][0]["servers"][0]["verdict"], "failed");
}

#[test]
fn a_retry_does_not_count_on_an_instance_that_is_gone() {
    let verify = "on_failure = \"retry\", verify = function(wave)\n\
        if wave.attempt == 1 then\n\
        host.effect(\"ec2.terminate_instances\", { instance_ids = { wave.instance_ids[1] } })\n\
        moontide.sleep(\"5m\")\nmoontide.fail(\"again\")\nend\nend";
    let report = rehearse(&format!("{DB} {verify}"), "", &[], 0);
    assert_eq!(report["waves"][0]["attempt"], 2);
    assert_eq!(report["calls"]["drs"]["StartRecovery"], 2);
    assert_eq!((server(&report, 0).0, server(&report, 1).0), ("launched", "launched"));
}

#[test]
fn an_unknown_instance_says_nothing_of_the_others() {
    let verify = "verify = function(wave)\n\
        local ids = table.clone(wave.instance_ids)\ntable.insert(ids, \"i-0123456789abcdef0\")\n\
        local problems = ec2.check_running(ids)\n\
        if not problems[\"i-0123456789abcdef0\"] then moontide.fail(\"nothing\") end\n\
        for _, id in wave.instance_ids do if problems[id] then moontide.fail(problems[id]) end end\nend";
    rehearse(&format!("{DB} {verify}"), "", &[], 0);
}

#[test]
fn a_function_may_choose_the_servers_and_is_told_what_a_table_would_be_told() {
    let chosen = |table: &str| format!("servers = function(wave) return {table} end");
    let by_param = chosen("{ tags = { Tier = wave.params.tier } }");
    assert_eq!(server(&rehearse(&by_param, "", &[], 0), 1).0, "launched");
    for (table, said) in [
        ("nil", "`servers` must return a table, such as { tags = … }, and returned nil"),
        ("{}", "`servers` needs `tags` or `ids`"),
        ("{ tags = {} }", "no tags would mean every server"),
        ("{ ids = { \"db-1\" } }", "`db-1` is not the id of a source server"),
        ("{ Tags = { Tier = \"db\" } }", "does not take Tags: did you mean tags?"),
    ] {
        let report = rehearse(&chosen(table), "", &[], 1);
        assert!(reason(&report).contains(said), "{}", reason(&report));
        assert_eq!(report["calls"]["drs"].get("StartRecovery"), None);
    }
}

#[test]
fn optional_names_one_server_of_the_wave() {
    let site = "[[servers]]\nname = \"site\"\ntags = { Tier = \"db\", Name = \"db-1\" }\n";
    for (name, world, said) in [
        ("db-O1", "", "optional names db-O1, which is no server of this wave, did you mean db-1?"),
        ("db-1", site, "optional names db-1, as 2 servers are called: name s-"),
    ] {
        let wave =
            format!("servers = {{ tags = {{ Tier = \"db\" }}, optional = {{ \"{name}\" }} }}");
        let report = rehearse(&wave, world, &[], 1);
        assert!(reason(&report).contains(said), "{}", reason(&report));
        assert_eq!(report["calls"]["drs"].get("StartRecovery"), None);
    }
}

#[test]
fn no_function_of_the_library_takes_an_option_that_it_does_not_know() {
    for (call, said) in [
        ("drs.servers { tag = {} }", "does not take tag: did you mean tags?"),
        ("drs.await_jobs { job_ids = {}, time_out = 1 }", "did you mean timeout?"),
        ("drs.recovery_instances({}, { regoin = \"x\" })", "did you mean region?"),
        ("drs.active_jobs { regoin = \"x\" }", "did you mean region?"),
        ("ec2.await_running({}, { time_out = 1 })", "did you mean timeout?"),
        ("ec2.check_running({}, { time_out = 1 })", "did you mean timeout?"),
        ("ec2.reboot_instances({}, { regoin = \"x\" })", "did you mean region?"),
        ("ssm.await_agents({}, 1, { regoin = \"x\" })", "did you mean region?"),
        ("ssm.await_command { command_id = \"c\", time_out = 1 }", "did you mean timeout?"),
        ("ssm.run_command { instances = {} }", "did you mean instance_ids?"),
        ("ssm.run_command { instance_ids = {} }", "needs document_name, a string"),
        (
            "ssm.run_command { instance_ids = \"i\", document_name = \"d\" }",
            "instance_ids is a list of strings, not the string \"i\"",
        ),
        ("ssm.run_automation { document_name = 1 }", "document_name is a string, not 1"),
        ("ssm.run_automation { colour = 1 }", "it takes document_name, document_version"),
        ("moontide.retry({ atempts = 2 }, function() end)", "did you mean attempts?"),
        ("moontide.retry({ delay = \"1x\" }, function() end)", "delay is a duration such as"),
        ("ssm.send_command { document_versoin = \"7\" }", "did you mean `document_version`?"),
        ("ssm.cancel_command { comand_id = \"c\" }", "did you mean `command_id`?"),
        ("ssm.stop_automation_execution { typ = \"Cancel\" }", "did you mean `type`?"),
        ("moontide.ask { message = \"?\", chioces = {} }", "did you mean `choices`?"),
    ] {
        let report = rehearse(&format!("run = function(wave) {call} end"), "", &[], 1);
        assert!(reason(&report).contains(said), "{call}: {}", reason(&report));
    }
}

#[test]
fn an_output_stays_as_long_as_aws_keeps_it() {
    let command = |length: usize| {
        format!("[[commands]]\ncontains = \"status\"\nstdout = \"{}\"\n", "x".repeat(length))
    };
    let verify = |length: usize, cut: bool| {
        format!(
            "{DB} verify = function(wave)\nlocal said = ssm.run_command {{\n\
             instance_ids = wave.instance_ids, document_name = \"AWS-RunShellScript\",\n\
             parameters = {{ commands = {{ \"status\" }} }} }}[1]\n\
             if #said.stdout ~= {length} or said.truncated ~= {} then\n\
             moontide.fail(`{{#said.stdout}} {{said.truncated}}`) end\nend",
            if cut { "true" } else { "nil" }
        )
    };
    rehearse(&verify(5_929, false), &command(5_929), &[], 0);
    rehearse(&verify(24_000, true), &command(30_000), &[], 0);
}

#[test]
fn a_wave_ends_with_its_time_whatever_it_waits_for() {
    let slow = "[[commands]]\ntakes = \"40m\"\n[[automations]]\ntakes = \"40m\"\n";
    let hook = |body: &str| format!("{DB} timeout = \"30m\", verify = function(wave) {body} end");
    let run = |body: &str| format!("timeout = \"30m\", run = function(wave) {body} end");
    for (wave, launches) in [
        (format!("{DB} timeout = \"5m\","), 1),
        (
            hook(
                "ssm.run_command { instance_ids = wave.instance_ids,\n\
                 document_name = \"AWS-RunShellScript\", parameters = { commands = { \"x\" } } }",
            ),
            1,
        ),
        (hook("moontide.sleep(\"1h\")"), 1),
        (run("ssm.run_automation { document_name = \"Shop-Open\" }"), 0),
        (
            run(
                "moontide.sleep(\"10m\") moontide.sleep(\"10m\") moontide.sleep(\"10m\") moontide.sleep(1)",
            ),
            0,
        ),
    ] {
        let report = rehearse(&wave, slow, &[], 1);
        assert!(reason(&report).starts_with("wave w takes longer than its timeout"), "{report}");
        let seconds = report["recovery_seconds"].as_u64().expect("a number");
        let limit = if wave.contains("5m\",") { 300 } else { 1800 };
        assert!((limit - 1..limit + 5).contains(&seconds), "{wave}: {seconds} s");
        let launched = report["calls"]["drs"].get("StartRecovery").cloned().unwrap_or(json!(0));
        assert_eq!(launched, launches);
    }
    let enough =
        format!("{DB} timeout = \"30m\", after = function(wave) moontide.sleep(\"10m\") end");
    rehearse(&enough, "", &[], 0);
}

#[test]
fn a_command_and_an_automation_can_be_stopped() {
    let slow = "[[commands]]\ntakes = \"40m\"\n[[automations]]\ntakes = \"40m\"\n";
    let verify = "verify = function(wave)\nssm.await_agents(wave.instance_ids)\n\
        local sent = ssm.send_command { instance_ids = wave.instance_ids,\n\
            document_name = \"AWS-RunShellScript\", parameters = { commands = { \"x\" } } }\n\
        ssm.cancel_command { command_id = sent.command_id }\n\
        local ended = ssm.await_command { command_id = sent.command_id,\n\
            instance_ids = wave.instance_ids, timeout = \"1m\" }\n\
        for _, each in ended.invocations do\n\
            if each.status ~= \"Cancelled\" then moontide.fail(each.status) end\nend\n\
        local id = ssm.start_automation_execution({ document_name = \"Shop-Open\" }).automation_execution_id\n\
        ssm.stop_automation_execution { automation_execution_id = id }\n\
        ssm.stop_automation_execution { automation_execution_id = id, type = \"Complete\" }\n\
        local answer = ssm.get_automation_execution { automation_execution_id = id }\n\
        local status = answer.automation_execution.automation_execution_status\n\
        if status ~= \"Cancelled\" then moontide.fail(status) end\nend";
    let report = rehearse(&format!("{DB} {verify}"), slow, &[], 0);
    assert_eq!(report["calls"]["ssm"]["CancelCommand"], 1);
    assert_eq!(report["calls"]["ssm"]["StopAutomationExecution"], 2);
}

/// Its command goes on when the time is over: a second one would run beside it.
#[test]
fn a_command_whose_time_is_over_is_not_sent_once_more() {
    let world = "[[commands]]\ncontains = \"slow\"\ntakes = \"30m\"\n";
    let wave = format!(
        "{DB} verify = function(wave)\n\
         moontide.retry({{ attempts = 3 }}, function()\n\
         return ssm.run_command {{ instance_ids = wave.instance_ids, timeout = \"2m\",\n\
         document_name = \"AWS-RunShellScript\", parameters = {{ commands = {{ \"slow\" }} }} }}\n\
         end)\n end,"
    );
    let report = rehearse(&wave, world, &[], 1);
    assert_eq!(report["calls"]["ssm"]["SendCommand"], 1, "{report}");
    assert!(reason(&report).contains("may go on"), "{report}");
}

/// A program's wave, with these lines in it; the report.
fn program(lines: &str, more: &str, code: i32) -> Value {
    rehearse(&format!("{more} run = function(wave)\n{lines}\nend,"), "", &[], code)
}

#[test]
fn what_is_waited_for_is_looked_at_until_it_is_there() {
    let lines = "local looks, began = 0, moontide.now().seconds\n\
        local found = moontide.wait_until { what = \"the third look\", every = \"20s\", check = function()\n\
        looks += 1\nreturn looks == 3 and `look {looks}`, `{looks} of 3`\nend }\n\
        assert(found == \"look 3\" and moontide.now().seconds - began == 40)\n\
        local doubled = 0\nbegan = moontide.now().seconds\n\
        moontide.wait_until { what = \"more\", every = 1, max_every = 4, check = function()\n\
        doubled += 1\nreturn doubled == 5\nend }\n\
        assert(moontide.now().seconds - began == 1 + 2 + 4 + 4)\n\
        assert(moontide.wait_until { what = \"none\", timeout = \"1m\", check = function() return nil end,\n\
        on_timeout = function() return \"went without\" end } == \"went without\")";
    program(lines, "", 0);
}

#[test]
fn a_wait_ends_with_what_it_was_for_and_how_far_that_was() {
    for (wait, why) in [
        (
            "timeout = \"25s\", check = function() return nil, \"3 s behind\" end",
            "waited 25s for the replica: 3 s behind",
        ),
        ("timeout = 25, check = function() return false end", "waited 25 s for the replica"),
        ("check = function() return moontide.fail(\"gone\") end", "gone"),
        ("every = 0, check = print", "moontide.wait_until: every is at least 1 s, not 0"),
        (
            "every = \"1m\", max_every = \"9s\", check = print",
            "every is 1m and max_every is 9s, which is less",
        ),
        ("check = 7", "moontide.wait_until: check is a function, not 7"),
        ("chek = print", "moontide.wait_until does not take chek: did you mean check?"),
        ("timeout = print, check = print", "moontide.wait_until takes no function as timeout"),
    ] {
        let wait = wait.replace("print", "moontide.now");
        let lines = format!("moontide.wait_until {{ what = \"the replica\", {wait} }}");
        let report = program(&lines, "", 1);
        assert!(reason(&report).contains(why), "{report}");
    }
}

/// What is waited for is in the journal: a wave's time ends a wait, and branches wait side by side.
#[test]
fn the_time_of_a_wave_counts_once_however_many_branches_wait() {
    let wait = "local function wait()\n\
        return moontide.wait_until { what = \"it\", timeout = \"10m\", check = function() return nil end, on_timeout = function() return 1 end }\n\
        end\nlocal began = moontide.now().seconds\n\
        assert(#moontide.parallel { wait, wait, wait } == 3)\n\
        assert(moontide.now().seconds - began == 600)";
    program(wait, "", 0);
    let report = program(wait, "timeout = \"5m\",", 1);
    assert!(reason(&report).contains("wave w takes longer than its timeout of 5m"), "{report}");
    let sleeps = "local function sleep()\nfor _ = 1, 20 do moontide.sleep(\"1m\") end\nend\n\
        moontide.parallel { sleep, sleep, sleep }";
    program(sleeps, "timeout = \"21m\",", 0);
    let report = program(sleeps, "timeout = \"19m\",", 1);
    assert!(reason(&report).contains("wave w takes longer than its timeout of 19m"), "{report}");
}
