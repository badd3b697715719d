//! `moontide test --replay`: a journal against the runbook as it is today.

use std::fs;

use serde_json::Value;

use crate::support::{Home, Ran, Sim};

const RUNBOOK: &str = r#"--!strict
local moontide = require("@moontide")
local ssm = require("@moontide/ssm")
return moontide.runbook {
    name = "mini",
    region = "eu-west-1",
    waves = {
        {
            name = "db",
            servers = { tags = { Tier = "db" } },
            verify = function(wave)
                ssm.run_command {
                    instance_ids = wave.instance_ids,
                    document_name = "AWS-RunShellScript",
                    parameters = { commands = { "pg_isready" } },
                }
            end,
        },
        {
            name = "web",
            depends_on = { "db" },
            pause = "Is the data good?",
            run = function(wave)
                local answer = moontide.ask { message = "Which colour?", choices = { "red", "blue" } }
                return { colour = answer.choice }
            end,
        },
    },
}
"#;

const WORLD: &str = r#"version = 1
account = "111122223333"
region = "eu-west-1"
[[servers]]
name = "db-{n}"
count = 2
tags = { Tier = "db" }
[[commands]]
contains = "pg_isready"
stdout = "ok"
"#;

/// A home in which this runbook has run, and its journal is `drill.json`.
fn recorded(runbook: &str, flags: &[&str]) -> Home {
    let home = Home::new();
    let folder = home.path().join("mini");
    fs::create_dir(&folder).expect("a folder");
    write(&home, runbook);
    fs::write(folder.join("world.toml"), WORLD).expect("it writes");
    let sim = Sim::of(&folder.join("world.toml"));
    let [endpoint, speed] = sim.flags();
    let path = folder.to_str().expect("a readable path");
    let answers = ["--answer=continue", "--answer=red"];
    let run = ["run", path, "--mode=drill", "--execution-id=drill", &endpoint, &speed];
    home.run(&[&run[..], &answers, flags].concat()).expect(0);
    home.run(&["store", "export", "drill", "--to", &journal(&home)]).expect(0);
    home
}

fn journal(home: &Home) -> String {
    home.path().join("drill.json").display().to_string()
}

fn write(home: &Home, runbook: &str) {
    fs::write(home.path().join("mini/runbook.luau"), runbook).expect("it writes");
}

fn replay(home: &Home, flags: &[&str]) -> Ran {
    let (folder, journal) = (home.path().display().to_string(), journal(home));
    home.run(&[&["test", &folder, "--replay", &journal], flags].concat())
}

/// What became of the attempts once the runbook was changed so.
fn changed(home: &Home, old: &str, new: &str) -> (Ran, Value) {
    assert!(RUNBOOK.contains(old), "{old}");
    write(home, &RUNBOOK.replace(old, new));
    let json = replay(home, &["--output=json"]).json();
    (replay(home, &[]), json["files"][0]["cases"].clone())
}

#[test]
fn a_runbook_that_asks_as_it_did_passes_wherever_its_lines_are() {
    let home = recorded(RUNBOOK, &[]);
    let ran = replay(&home, &[]).expect(0);
    let file = journal(&home);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[..2], [format!("passed  {file}  db#1"), format!("passed  {file}  web#1")]);
    assert!(ran.stdout.ends_with("2 passed, 0 failed, 0 skipped\n"), "{}", ran.stdout);
    // Its lines move, its waves too, and there is one more: what was recorded is asked for as before.
    let moved = RUNBOOK
        .replace("    waves = {\n", "    waves = {\n\n{ name = \"net\", run = function() end },\n");
    write(&home, &moved);
    replay(&home, &[]).expect(0);
    let listed = replay(&home, &["--list"]).expect(0).stdout;
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let one = replay(&home, &["--case", "web*"]).expect(0).stdout;
    assert!(one.ends_with("1 passed, 0 failed, 0 skipped\n"), "{one}");
    let none = replay(&home, &["--case", "wbe#1"]).expect(3).stderr;
    assert!(none.contains("did you mean `web#1`?"), "{none}");
}

#[test]
fn another_argument_is_shown_with_its_field_and_both_places() {
    let home = recorded(RUNBOOK, &[]);
    let (ran, cases) = changed(&home, "{ \"pg_isready\" }", "{ \"true\" }");
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    for said in [
        "db#1, effect ",
        "`ssm.send_command` differs: `parameters.commands[0]` was \"pg_isready\" and is \"true\"",
        "mini/runbook.luau:12",
        "expected | `ssm.send_command` at mini/runbook.luau:12, entry ",
        "got      | `ssm.send_command` at mini/runbook.luau:12",
    ] {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
    let mismatch = &cases[0]["mismatch"];
    assert_eq!(cases[0]["code"], "ReplayDiffers");
    assert_eq!(mismatch["difference"]["path"], "parameters.commands[0]", "{cases}");
    assert_eq!(mismatch["recorded_site"], mismatch["site"]);
    assert_eq!(cases[1]["status"], "passed");
    let github = replay(&home, &["--output=github"]).stdout;
    assert!(github.contains("::error file=") && github.contains("mini/runbook.luau,line=12"));
    let junit = home.path().join("replay.xml");
    replay(&home, &["--junit", junit.to_str().expect("a readable path")]).expect(1);
    let xml = fs::read_to_string(junit).expect("it is written");
    assert!(xml.contains("<failure type=\"ReplayDiffers\"") && xml.contains("db#1"), "{xml}");
    assert_eq!(replay(&home, &["--fail-fast", "--output=json"]).json()["skipped"], 1);
}

#[test]
fn what_is_not_asked_for_any_more_and_what_is_new_are_divergences() {
    let home = recorded(RUNBOOK, &[]);
    let ask = "local answer = moontide.ask { message = \"Which colour?\", choices = { \"red\", \"blue\" } }";
    for (old, new, message, got) in [
        (
            ask,
            "local answer = { choice = \"red\" }",
            "the program ends before it",
            "the end of the program",
        ),
        (
            "return { colour",
            "ssm.describe_instance_information {}\nreturn { colour",
            "the journal has none here any more",
            "`ssm.describe_instance_information` at mini/runbook.luau:",
        ),
        (
            "return { colour",
            "moontide.ask { message = \"Sure?\", choices = { \"yes\" } }\nreturn { colour",
            "the journal has no such question",
            "a question: Sure?",
        ),
        (
            "Which colour?",
            "Which shade?",
            "differs: `message` was \"Which colour?\"",
            "`moontide.ask` at",
        ),
        (
            "return { colour = answer.choice }",
            "return { colour = \"green\" }",
            "its result: `colour`",
            "\"green\"",
        ),
        ("return { colour = answer.choice }", "error(\"no\")", "it ends otherwise", "failed | "),
    ] {
        let (ran, cases) = changed(&home, old, new);
        let failed = cases.as_array().expect("cases").iter().find(|it| it["case"] == "web#1");
        let failed = failed.expect("the attempt");
        let text = |field: &str| failed[field].as_str().unwrap_or_default();
        assert!(text("message").contains(message), "{new}: {failed}");
        assert!(text("got").starts_with(got), "{new}: {failed}");
        assert_eq!(ran.code, Some(1));
    }
}

#[test]
fn a_wave_or_a_hook_that_is_gone_is_a_divergence_in_a_sentence() {
    let hooked =
        RUNBOOK.replace("    waves = {\n", "    on_finish = function() end,\n    waves = {\n");
    let home = recorded(&hooked, &[]);
    write(&home, &RUNBOOK.replace("name = \"web\"", "name = \"www\""));
    let ran = replay(&home, &[]).expect(1).stdout;
    for said in ["there is no wave `web` any more", "there is no `on_finish` any more"] {
        assert!(ran.contains(said), "{said}: {ran}");
    }
    assert!(ran.ends_with("1 passed, 2 failed, 0 skipped\n"), "{ran}");
}

#[test]
fn what_needs_a_secret_is_not_replayed_and_says_why() {
    let secret = RUNBOOK.replace(
        "    waves = {\n",
        "    params = { token = { type = \"string\", secret = true } },\n    waves = {\n",
    );
    let home = recorded(&secret, &["--param", "token=xyzzy-plugh"]);
    let ran = replay(&home, &[]).expect(0).stdout;
    assert!(ran.contains("not replayed: the value of the secret `token`"), "{ran}");
    assert!(ran.ends_with("0 passed, 0 failed, 2 skipped\n"), "{ran}");
}

#[test]
fn the_runbook_is_found_by_its_name_or_a_clear_error_says_why_not() {
    let home = recorded(RUNBOOK, &[]);
    let copy = home.path().join("copy.luau");
    fs::write(home.path().join("copy.test.luau"), "return {}").expect("it writes");
    fs::write(&copy, RUNBOOK).expect("it writes");
    let several = replay(&home, &[]).expect(2).stderr;
    assert!(several.contains("several are called so: "), "{several}");
    fs::remove_file(&copy).expect("it goes");
    write(&home, &RUNBOOK.replace("\"mini\"", "\"minni\""));
    let none = replay(&home, &[]).expect(3).stderr;
    assert!(none.contains("did you rename it to `minni`?"), "{none}");
    let folder = home.path().display().to_string();
    let other = home.path().join("mini/world.toml").display().to_string();
    let wrong = home.run(&["test", &folder, "--replay", &other]).expect(2).stderr;
    assert!(wrong.contains("it is no execution"), "{wrong}");
}
