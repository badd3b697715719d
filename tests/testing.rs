//! `moontide test`, looked at from outside: what passes, and what is said of each kind of failure.
//!
//! ```sh
//! cargo test -p moontide --test testing
//! ```

#[path = "testing/replays.rs"]
mod replays;
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
fn what_was_staged_and_met_nothing_fails_its_case_at_its_line() {
    for (staged, says) in [
        ("t.answer('web', 'abort')", "no prompt met the answer `abort` for `web`"),
        (
            "t.fault { kind = 'launch_fails', server = 'db-1', after = '9h' }",
            "the fault launch_fails of db-1 never struck",
        ),
        (
            "t.command { contains = 'uptime' }",
            "the answer to a command contains = \"uptime\" was never used",
        ),
        ("t.signal('cancel', { at = '9h' })", "the rehearsal was over before 9h 00m"),
        ("t.signal('retry', { at = '1m', wave = 'web' })", "the signal at 1m 00s was refused: "),
        ("t.kill(5000)", "not killed behind entry 5000"),
    ] {
        let (code, text) = said(&format!(
            "t.answer('web', 'skip', {{ after = '1m' }})\n{staged}\nt.equal(t.rehearse().waves.web.status, 'skipped')"
        ));
        assert_eq!(code, Some(1), "{staged}: {text}");
        assert!(text.contains(says) && text.contains("runbook.test.luau:6"), "{staged}: {text}");
    }
}

#[test]
fn what_is_staged_behind_the_last_rehearsal_fails_its_case() {
    for (body, says) in [
        ("t.rehearse()\nt.answer('web', 'continue')", "it comes behind the last t.rehearse"),
        (
            "t.rehearse()\nt.fault { kind = 'launch_fails', server = 'db-1' }",
            "t.fault has met nothing",
        ),
        ("t.signal('cancel', { at = '1m' })", "the case does not rehearse"),
        ("t.world('./world.toml')", "t.world has met nothing: the case does not rehearse"),
    ] {
        let (code, text) = said(&format!("{body}\nt.check(true)"));
        assert!(code == Some(1) && text.contains(says), "{body}: {text}");
    }
    // What one rehearsal of several has met is enough.
    let (code, text) = said(
        "t.rehearse()\nt.fault { kind = 'launch_fails', server = 'db-1' }
        t.equal(t.rehearse().status, 'failed')",
    );
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn an_assertion_that_could_not_fail_is_none() {
    for (body, says) in [
        ("", "the case expects nothing"),
        ("t.rehearse()", "the case expects nothing"),
        ("t.rehearse()\nt.called('ssm.send_command', {})", "no argument is named"),
        (
            "t.rehearse()\nt.never('ssm.send_command', { instance_ids = nil })",
            "no argument is named",
        ),
        ("t.rehearse()\nt.called('ssm.send_command', { instance_ids = {} })", "at least once with"),
        (
            "t.rehearse()\nt.never('ssm.send_command', { document_nam = 'X' })",
            "did you mean `document_name`?",
        ),
        ("t.rehearse()\nt.never('state.putt')", "did you mean `state.put`?"),
        ("t.rehearse()\nt.never('moontide.askk')", "did you mean `moontide.ask`?"),
        ("t.rehearse()\nt.within(0/0, '1s')", "it took longer"),
        ("t.rehearse()\nt.snapshot(nil)", "there is no value to write down"),
        ("t.answer('web', 'continue', { by = '' })\nt.rehearse()", "`by` names no person"),
    ] {
        let (code, text) = said(body);
        assert!(code == Some(1) && text.contains(says), "{body}: {text}");
    }
}

#[test]
fn of_tables_that_are_not_equal_the_difference_is_shown() {
    let many = "local one, other = {}, {}\nfor n = 1, 200 do one[n] = { name = `s{n}`, size = n }\nother[n] = { name = `s{n}`, size = if n == 150 then 0 else n } end";
    for (body, at, expected, got) in [
        (format!("{many}\nt.equal(one, other)"), " at [150].size", "0", "150"),
        (
            "t.equal({ a = { 1, 2 } }, { a = { 1 } })".to_owned(),
            "",
            "{ a = { 1 } }",
            "{ a = { 1, 2 } }",
        ),
        ("t.equal(1, 2)".to_owned(), "", "2", "1"),
    ] {
        let (code, text) = said(&body);
        assert_eq!(code, Some(1), "{text}");
        let line = |name: &str| text.lines().find_map(|it| it.trim().strip_prefix(name));
        assert!(text.contains(&format!("this is not equal{at}")), "{text}");
        let is_said = |name: &str, what: &str| {
            line(name).is_some_and(|it| it.ends_with(&format!("| {what}")))
        };
        assert!(is_said("expected", expected) && is_said("got", got), "{text}");
    }
}

#[test]
fn a_plan_says_what_is_wrong_as_a_check_does() {
    let home = folder(&[("fine", "t.check(true)")]);
    let path = home.path().to_str().expect("a path");
    for (from, to) in [("waves = {", "waves = {{"), ("depends_on", "depend_on")] {
        fs::write(home.path().join("runbook.luau"), RUNBOOK.replace(from, to)).expect("it writes");
        let said = |command: &str| {
            let ran = home.run(&[command, path]);
            (ran.code, ran.stderr.lines().take(2).map(str::to_owned).collect::<Vec<_>>())
        };
        let (check, plan) = (said("check"), said("plan"));
        assert_eq!((check.0, &check), (Some(3), &plan));
    }
}

#[test]
fn two_cases_of_one_name_are_refused_with_both_lines() {
    let home = folder(&[("a", "t.equal(1, 2)"), ("a", "t.equal(1, 1)")]);
    let path = home.path().to_str().expect("a path");
    for ran in [test(&home, &[]), home.run(&["check", path])] {
        assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
        let says = "`a` is given twice in one table, first in line 4";
        assert!(ran.stderr.contains(says) && ran.stderr.contains("test.luau:7"), "{}", ran.stderr);
    }
}

#[test]
fn a_file_without_cases_and_a_runbook_that_does_not_load_are_refused_beside_others_too() {
    let home = folder(&[("fine", "t.check(true)")]);
    let write =
        |name: &str, text: &str| fs::write(home.path().join(name), text).expect("it writes");
    let empty =
        "--!strict\nlocal test = require('@moontide/test')\nreturn test.of('./runbook', {})\n";
    write("other.test.luau", empty);
    let ran = test(&home, &[]);
    assert!(
        ran.code == Some(3) && ran.stderr.contains("other.test.luau has no case"),
        "{}",
        ran.stderr
    );
    fs::remove_file(home.path().join("other.test.luau")).expect("it goes");
    write("runbook.luau", &RUNBOOK.replace("depends_on", "depend_on"));
    let ran = test(&home, &[]);
    assert!(
        ran.code == Some(3) && ran.stderr.contains("did you mean `depends_on`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_verdict_depends_on_no_hour_of_the_day() {
    let runbook =
        RUNBOOK.replace("moontide.log.info(\"up\")", "moontide.log.info(moontide.now().text)");
    let home = folder(&[(
        "it begins when it always does",
        "local now = t.rehearse().logs[1].message\nt.check(string.find(now, '2027-01-01T0', 1, true), now)",
    )]);
    fs::write(home.path().join("runbook.luau"), runbook).expect("it writes");
    let ran = test(&home, &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn snapshots_that_are_compared_with_nothing_are_told() {
    let three = "local run = t.rehearse()\nt.snapshot(run.status)\nt.snapshot(run.mode)\nt.snapshot(run.entries)";
    let home = folder(&[("one", three), ("two", "t.snapshot(t.rehearse().status)")]);
    assert_eq!(test(&home, &["--update"]).code, Some(0));
    assert_eq!(test(&home, &[]).code, Some(0));
    let file = home.path().join("runbook.test.luau");
    let text = fs::read_to_string(&file).expect("it is there");
    for (from, to, says) in [
        ("t.snapshot(run.entries)", "", "t.snapshot was called 2 times, and 3 were written down"),
        ("t.snapshot(run.", "t.check(run.", "t.snapshot was called 0 times, and 3"),
    ] {
        fs::write(&file, text.replace(from, to)).expect("it writes");
        let ran = test(&home, &[]);
        assert!(ran.code == Some(1) && ran.stdout.contains(says), "{}", ran.stdout);
    }
    let renamed =
        text.replace("[\"two\"] = function(t)\nt.snapshot(", "[\"three\"] = function(t)\nt.check(");
    fs::write(&file, renamed).expect("it writes");
    let ran = test(&home, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert!(ran.stdout.contains("snapshots of `two`"), "{}", ran.stdout);
    let ran = test(&home, &["--output=json"]);
    assert!(ran.stdout.contains("snapshots of `two`"), "{}", ran.stdout);
    assert_eq!(test(&home, &["--update"]).code, Some(0));
    assert!(!test(&home, &[]).stdout.contains("snapshots of"), "they are taken away");
}

#[test]
fn junit_goes_into_no_file_of_another_kind() {
    let home = folder(&[("fine", "t.check(true)")]);
    for name in ["runbook.luau", "world.toml", "runbook.test.luau"] {
        let path = home.path().join(name);
        let before = fs::read(&path).expect("it is there");
        let ran = test(&home, &["--junit", path.to_str().expect("a path")]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
        assert_eq!(fs::read(&path).expect("it is there"), before);
    }
    let plan = |path: &std::path::Path| {
        let path = path.to_str().expect("a path");
        home.run(&["plan", home.path().to_str().expect("a path"), "--svg", path])
    };
    let runbook = home.path().join("runbook.luau");
    assert_eq!(plan(&runbook).code, Some(2));
    assert_eq!(fs::read_to_string(&runbook).expect("it is there"), RUNBOOK);
    let drawing = home.path().join("plan.svg");
    assert_eq!((plan(&drawing).code, plan(&drawing).code), (Some(0), Some(0)));
}

#[test]
fn a_crash_counts_what_its_case_says() {
    // The second runner knows nothing of what the first one's table holds: the answer of its check is another.
    let home = folder(&[(
        "it asks once",
        "t.kill(3)\nlocal run = t.rehearse()\nt.called('ssm.send_command', nil, 1)\nt.equal(#run.logs, 1)",
    )]);
    let ran = test(&home, &["--crash"]);
    assert_eq!(ran.code, Some(0), "lines of the log do not count: {}", ran.stdout);
    let home = folder(&[("in time", "t.within(t.rehearse().duration, LIMIT)")]);
    let file = home.path().join("runbook.test.luau");
    let text = fs::read_to_string(&file).expect("it is there");
    let seconds = |limit: u32| {
        fs::write(&file, text.replace("LIMIT", &limit.to_string())).expect("it writes");
        test(&home, &["--output=json"]).code == Some(0)
    };
    // The shortest limit that holds without a crash: waiting to look again takes longer.
    let limit = (1..7200).collect::<Vec<u32>>().partition_point(|limit| !seconds(*limit)) + 1;
    assert!(seconds(u32::try_from(limit).expect("small")), "{limit}");
    let ran = test(&home, &["--crash"]);
    let is_told =
        ran.stdout.contains("killed behind entry") && ran.stdout.contains("it took longer");
    assert!(ran.code == Some(1) && is_told, "{limit}: {}", ran.stdout);
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
fn a_wave_that_was_attempted_again_comes_to_the_same_end_behind_every_crash() {
    let home = folder(&[(
        "a retry helps",
        "t.fault { kind = 'launch_fails', server = 'db-1' }\nt.answer('db', 'retry', { after = '5m' })\nlocal run = t.rehearse()\nt.equal(run.servers['db-1'].verdict, 'launched')",
    )]);
    let path = home.path().join("runbook.luau");
    fs::write(&path, RUNBOOK.replace("name = \"db\",", "name = \"db\", on_failure = \"ask\","))
        .expect("it writes");
    let ran = test(&home, &["--crash"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
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
    let home = folder(&[
        ("one", "t.check(false, 'no')"),
        ("two", "t.check(true)"),
        ("three", "t.check(true)"),
    ]);
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
    let home =
        folder(&[("a < b", "t.kill(1); t.equal('a\\27[2J', 'b')"), ("fine", "t.check(true)")]);
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
    assert!(junit.contains("<system-out>t.kill has met nothing"), "{junit}");
}

#[test]
fn a_test_file_is_no_part_of_its_runbook_and_only_it_has_the_module() {
    let home = folder(&[("fine", "t.check(true)")]);
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
