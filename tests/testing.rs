//! `moontide test`, looked at from outside: what passes, and what is said of each kind of failure.
//!
//! ```sh
//! cargo test -p moontide --test testing
//! ```

mod support;

use std::fs;

use serde_json::Value;
use support::{Home, Ran};

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
        { name = "web", depends_on = { "db" }, pause = "Is the data good?", run = function() moontide.log.info("up") end },
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

/// A folder with the runbook, and these cases: name and body.
fn folder(cases: &[(&str, &str)]) -> Home {
    let body = |(name, body): &(&str, &str)| format!("[\"{name}\"] = function(t)\n{body}\nend,\n");
    let cases: String = cases.iter().map(body).collect();
    let test = format!(
        "--!strict\nlocal test = require(\"@moontide/test\")\nreturn test.of(\"./runbook\", {{\n{cases}}})\n"
    );
    let home = Home::new();
    for (name, text) in
        [("runbook.luau", RUNBOOK), ("world.toml", WORLD), ("runbook.test.luau", test.as_str())]
    {
        fs::write(home.path().join(name), text).expect("it writes");
    }
    home
}

fn test(home: &Home, flags: &[&str]) -> Ran {
    let folder = home.path().to_str().expect("a readable path");
    home.run(&[&["test", folder], flags].concat())
}

/// What is said of one case.
fn said(body: &str) -> (Option<i32>, String) {
    let ran = test(&folder(&[("case", body)]), &[]);
    (ran.code, format!("{}{}", ran.stdout, ran.stderr))
}

const ALL: &str = "local run = t.rehearse()\n";

#[test]
fn what_holds_passes() {
    let (code, text) = said(
        "t.answer('web', 'continue', { by = 'ann', after = '10m' })
        local run = t.rehearse { mode = 'drill' }
        t.equal(run.status, 'completed')
        t.equal(run.servers['db-1'].verdict, 'launched')
        t.equal(#run.waves.db.instance_ids, 2)
        t.called('ssm.send_command', { instance_ids = run.waves.db.instance_ids }, 1)
        t.never('drs.terminate_recovery_instances')
        t.before('db', 'web')
        t.within(run.duration, '1h')
        t.equal(run.prompts[1].by, 'ann')
        t.equal(run.logs[1].message, 'up')",
    );
    assert_eq!(
        (code, text.lines().last()),
        (Some(0), Some("1 passed, 0 failed, 0 skipped")),
        "{text}"
    );
}

#[test]
fn each_assertion_that_fails_says_what_was_expected_what_is_there_and_where() {
    for (assertion, expected, got) in [
        ("t.equal(run.status, 'failed')", "\"failed\"", "\"completed\""),
        ("t.equal(run.waves.db.attempt, 2)", "2", "1"),
        ("t.called('ssm.send_command', nil, 3)", "3 times", "once"),
        (
            "t.called('ssm.send_command', { document_name = 'X' })",
            "at least once with",
            "0 times; in db with",
        ),
        ("t.never('drs.start_recovery')", "never", "once; in db with"),
        ("t.before('web', 'db')", "web ends, then db begins", "db began at 0 s"),
        ("t.within(run.duration, '1m')", "at most 1m", " s"),
        ("t.refused('ssm.send_command', 'Denied')", "Denied", "ok"),
        ("t.check(run.waves.db.attempt > 1, 'it tries again')", "true", "false"),
    ] {
        let (code, text) = said(&format!("{ALL}{assertion}"));
        assert_eq!(code, Some(1), "{assertion}: {text}");
        let line = |name: &str| text.lines().find(|line| line.trim_start().starts_with(name));
        let is_said = |name: &str, part: &str| line(name).is_some_and(|line| line.contains(part));
        assert!(is_said("expected", expected) && is_said("got", got), "{assertion}: {text}");
        assert!(text.contains("runbook.test.luau:6"), "{assertion}: {text}");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let at =
            lines.iter().position(|line| *line == "the last of what happened").expect("it is told");
        assert_eq!(
            lines[at + 1..].iter().take_while(|line| line.starts_with('|')).count(),
            5,
            "{text}"
        );
        assert!(lines[at + 5].ends_with("the execution is completed"), "{text}");
    }
}

#[test]
fn what_a_case_cannot_mean_is_an_error_with_the_nearest_name() {
    for (body, says) in [
        ("t.answer('wbe', 'continue')", "the runbook has no wave `wbe`, did you mean `web`?"),
        ("t.answer('web', 'contineu')\nt.rehearse()", "did you mean `continue`?"),
        ("t.world('./wrold.toml')", "did you mean `world.toml`?"),
        ("t.fault { kind = 'launch_fials', server = 'db-1' }", "did you mean `launch_fails`?"),
        ("t.fault { kind = 'launch_fails', server = 'dd-1' }", "did you mean `db-1`?"),
        ("t.command { contain = 'x' }", "did you mean `contains`?"),
        ("t.rehearse()\nt.never('ssm.send_comand')", "did you mean `ssm.send_command`?"),
        ("t.rehearse()\nt.before('db', 'wbe')", "did you mean `web`?"),
        ("t.never('ssm.send_command')", "call t.rehearse first"),
        ("t.rehearse { params = { colour = 'red' } }", "colour"),
        (
            "t.answer('web', 'continue', { by = 'ann', after = 'soon' })",
            "soon is no length of time",
        ),
    ] {
        let (code, text) = said(body);
        assert_eq!(code, Some(1), "{body}: {text}");
        assert!(text.contains(says) && text.contains("  error "), "{body}: {text}");
    }
}

#[test]
fn types_are_checked_before_anything_runs_and_by_check_too() {
    for (body, says) in [
        ("t.rehearze()", "`rehearze`"),
        ("t.rehearse { mode = 'dril' }", "dril"),
        ("local run = t.rehearse()\nt.equal(run.stats, 'completed')", "`stats`"),
    ] {
        let home = folder(&[("case", body)]);
        let ran = test(&home, &[]);
        assert_eq!(ran.code, Some(3), "{body}: {}", ran.stdout);
        assert!(
            ran.stderr.contains(says) && ran.stderr.contains("runbook.test.luau"),
            "{}",
            ran.stderr
        );
        let checked = home.run(&["check", home.path().to_str().expect("a path")]);
        assert_eq!(checked.code, Some(3), "{}", checked.stderr);
        assert!(checked.stderr.contains(says), "{}", checked.stderr);
    }
}

#[test]
fn what_was_staged_and_met_nothing_is_told() {
    let (code, text) = said(
        "t.answer('web', 'skip', { after = '1m' })\nt.answer('web', 'abort')
        t.fault { kind = 'launch_fails', server = 'db-1', after = '9h' }
        t.signal('cancel', { at = '9h' })\nt.kill(5000)
        t.equal(t.rehearse().waves.web.status, 'skipped')",
    );
    assert_eq!(code, Some(0), "{text}");
    for note in [
        "no prompt met the answer `abort` for `web`",
        "launch_fails of db-1",
        "the rehearsal was over before 9h 00m",
        "not killed behind entry 5000",
    ] {
        assert!(text.contains(note), "{note}: {text}");
    }
}

#[test]
fn people_faults_commands_and_deaths_happen_as_they_were_staged() {
    let ran = test(
        &folder(&[
            (
                "cancelled",
                "t.signal('cancel', { at = '2m', by = 'ann' })\nt.equal(t.rehearse().status, 'cancelled')",
            ),
            (
                "a launch fails",
                "t.fault { kind = 'launch_fails', server = 'db-1' }\nlocal run = t.rehearse()\nt.equal(run.status, 'failed')\nt.equal(run.servers['db-1'].verdict, 'failed')",
            ),
            (
                "a check fails",
                "t.command { contains = 'pg_isready', exit_code = 2 }\nt.equal(t.rehearse().waves.db.status, 'failed')",
            ),
            (
                "silence",
                "t.answer('web', 'continue', { after = '30d' })\nt.within(t.rehearse().duration, '31d')",
            ),
            (
                "killed",
                "t.kill(3)\nt.kill(7)\nt.equal(t.rehearse().status, 'completed')\nt.called('drs.start_recovery', nil, 1)",
            ),
            (
                "a world of its own",
                "t.world { version = 1, account = '111122223333', region = 'eu-west-1', servers = { { name = 'other' } } }\nt.equal(t.rehearse().status, 'failed')",
            ),
        ]),
        &[],
    );
    let last = ran.stdout.lines().last();
    assert_eq!(
        (ran.code, last),
        (Some(0), Some("6 passed, 0 failed, 0 skipped")),
        "{}",
        ran.stdout
    );
}

#[test]
fn every_crash_comes_to_the_same_end() {
    let ran = test(
        &folder(&[("it completes", "t.equal(t.rehearse().status, 'completed')")]),
        &["--crash", "--output=json"],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let said: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert!(said["crash_points"].as_u64().is_some_and(|points| points > 10), "{said}");
    assert_eq!(said["files"][0]["cases"][0]["status"], "passed");
}

#[test]
fn a_snapshot_is_written_when_asked_for_and_compared_afterwards() {
    let home = folder(&[("it is as before", "t.snapshot(t.rehearse().timeline)")]);
    let ran = test(&home, &[]);
    assert!(
        ran.code == Some(1) && ran.stdout.contains("`moontide test --update`"),
        "{}",
        ran.stdout
    );
    assert_eq!(test(&home, &["--update"]).code, Some(0));
    assert_eq!(test(&home, &[]).code, Some(0));
    let file = home.path().join("runbook.test.snapshots.json");
    let text = fs::read_to_string(&file).expect("it is written");
    fs::write(&file, text.replace("db: running", "db: walking")).expect("it writes");
    let ran = test(&home, &[]);
    assert!(ran.code == Some(1) && ran.stdout.contains("db: walking"), "{}", ran.stdout);
}

#[test]
fn cases_are_chosen_listed_and_left_out_behind_one_that_fails() {
    let home = folder(&[("one", "t.check(false, 'no')"), ("two", ""), ("three", "")]);
    let ran = test(&home, &["--fail-fast", "--jobs=1"]);
    assert_eq!(
        (ran.code, ran.stdout.lines().last()),
        (Some(1), Some("0 passed, 1 failed, 2 skipped"))
    );
    let ran = test(&home, &["--case=t*"]);
    assert_eq!(
        (ran.code, ran.stdout.lines().last()),
        (Some(0), Some("2 passed, 0 failed, 0 skipped"))
    );
    let ran = test(&home, &["--list"]);
    assert!(
        ran.code == Some(0) && ran.stdout.contains("runbook.test.luau:4  one"),
        "{}",
        ran.stdout
    );
    let ran = test(&home, &["--case=tow"]);
    assert!(ran.code == Some(3) && ran.stderr.contains("did you mean `two`?"), "{}", ran.stderr);
    let ran = home.run(&["test", "/usr/share/doc/nothing-here"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    fs::remove_file(home.path().join("runbook.test.luau")).expect("it goes");
    let ran = test(&home, &[]);
    assert!(ran.code == Some(3) && ran.stderr.contains("M0212"), "{}", ran.stderr);
}

#[test]
fn pipelines_get_annotations_a_summary_and_junit() {
    let home = folder(&[("a < b", "t.equal('a\\27[2J', 'b')"), ("fine", "")]);
    let (junit, summary) = (home.path().join("tests.xml"), home.path().join("summary.md"));
    let output = home
        .moontide(&["test", home.path().to_str().expect("a path"), "--output=github", "--junit"])
        .arg(&junit)
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .expect("it starts");
    let ran = Ran::of(&output);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(
        ran.stdout.lines().any(|it| it.starts_with("::error file=") && it.contains("line=5")),
        "{}",
        ran.stdout
    );
    let summary = fs::read_to_string(summary).expect("a summary");
    assert!(
        summary.contains("1 passed, 1 failed, 0 skipped") && summary.contains("a &lt; b"),
        "{summary}"
    );
    let junit = fs::read_to_string(junit).expect("JUnit");
    assert!(
        junit
            .contains("<testsuites name=\"moontide test\" tests=\"2\" failures=\"1\" errors=\"0\""),
        "{junit}"
    );
    assert!(
        junit.contains("name=\"a &lt; b\"") && junit.contains("<failure type=\"TestFailed\""),
        "{junit}"
    );
    assert!(!junit.contains('\u{1b}'), "{junit}");
}

#[test]
fn a_test_file_is_no_part_of_its_runbook_and_only_it_has_the_module() {
    let home = folder(&[("fine", "")]);
    let path = home.path().to_str().expect("a path");
    assert_eq!(home.run(&["check", path]).code, Some(0));
    assert_eq!(home.run(&["rehearse", path]).code, Some(0));
    let runbook =
        RUNBOOK.replacen("local ssm", "local test = require(\"@moontide/test\")\nlocal ssm", 1);
    fs::write(home.path().join("runbook.luau"), runbook).expect("it writes");
    let ran = home.run(&["check", path]);
    assert!(
        ran.code == Some(3) && ran.stderr.contains("only test files have it"),
        "{}",
        ran.stderr
    );
    let ran = home.run(&["check", &format!("{path}/runbook.test.luau")]);
    assert!(
        ran.code == Some(3) && ran.stderr.contains("`moontide test` runs it"),
        "{}",
        ran.stderr
    );
}
