//! Credentials that change while a runner works: whose they are, and whether it sees them.

use std::process::Command;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::shown::{Case, Story};
use crate::support::outage::{Lasting, Outage, Spell};
use crate::support::{Ran, wait};

/// So many times as fast as life: a minute is a tenth of a second.
const SPEED: f64 = 600.0;

const OURS: &str = "AKIAOURS";
const THEIRS: &str = "AKIATHEIRS";

/// The second wave begins when the first has launched.
const RUNBOOK: &str = "local moontide = require('@moontide')
return moontide.runbook { name = 'keys', region = 'us-west-2', account = '111122223333', waves = {
    { name = 'database', servers = { tags = { Tier = 'db' } } },
    { name = 'cache', depends_on = { 'database' }, servers = { tags = { Tier = 'web' } }, on_failure = 'skip' },
} }";

fn story(before: &'static str) -> (Case, Story, String) {
    let case = Case { name: "expired_credentials", before };
    let world = std::fs::read_to_string(case.path("world.toml")).expect("a world");
    (case, case_story(&world, before), world)
}

fn case_story(world: &str, before: &'static str) -> Story {
    let story = Case { name: "expired_credentials", before }.at(world, SPEED);
    std::fs::write(story.home.path().join("runbook.luau"), RUNBOOK).expect("it can be written");
    story
}

/// Writes a file of its home at once: no reader sees half of it.
fn write(story: &Story, name: &str, text: &str) {
    let (draft, path) = (story.home.path().join("draft"), story.home.path().join(name));
    std::fs::write(&draft, text).expect("it can be written");
    std::fs::rename(draft, path).expect("it can be renamed");
}

/// A command whose credentials come from files of its home.
fn command(story: &Story, arguments: &[&str]) -> Command {
    let mut command = story.command(arguments);
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    for (variable, file) in [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "keys")]
    {
        command.env(variable, story.home.path().join(file));
    }
    command
}

/// The same in the background, and what it comes to.
fn run_with_patience(story: &Story, arguments: &[&str], patience: &str) -> JoinHandle<Ran> {
    let mut command = command(story, arguments);
    command.env("MOONTIDE_PATIENCE", patience);
    std::thread::spawn(move || Ran::of(&command.output().expect("moontide starts")))
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..3000 {
        if is_so() {
            return;
        }
        wait(Duration::from_millis(10));
    }
    panic!("it never came to this: {what}");
}

/// What `credential_process` prints: credentials that are asked for anew every time.
fn log_in(story: &Story, key: &str) {
    let printed = format!(
        r#"{{"Version":1,"AccessKeyId":"{key}","SecretAccessKey":"x","SessionToken":"x","Expiration":"2020-01-01T00:00:00Z"}}"#
    );
    write(story, "printed.json", &printed);
    let printed = story.home.path().join("printed.json");
    write(story, "config", &format!("[default]\ncredential_process = cat {}\n", printed.display()));
}

#[test]
fn credentials_of_another_account_are_waited_out_and_touch_nothing_there() {
    let (case, story, world) = story("the second wave launched in the other account");
    let there = story.sim.lead(THEIRS, &world.replace("111122223333", "444455556666"));
    log_in(&story, OURS);
    let arguments = ["run", "runbook.luau", "--mode=drill", "--execution-id=x"];
    let ran = run_with_patience(&story, &arguments, "20m");
    until("the first wave launches", || !story.launches().is_empty());
    log_in(&story, THEIRS);
    let ran = ran.join().expect("it ends");
    let calls = there.calls();
    let calls: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    case.comes_to(&format!("exit {:?}, {}", ran.code, story.waves("x")));
    assert!(calls.iter().all(|it| *it == "GetCallerIdentity"), "asked there: {calls:?}");
    assert!(!calls.is_empty(), "the other credentials were never seen");
    assert_eq!(ran.code, Some(6), "{ran:?}");
    assert!(ran.stderr.contains("444455556666"), "it says whose they are: {}", ran.stderr);
    assert!(!story.waves("x").contains("failed") && !story.waves("x").contains("skipped"));

    let refused = Ran::of(&command(&story, &["resume", "x"]).output().expect("moontide starts"));
    assert_ne!(refused.code, Some(0), "{refused:?}");
    log_in(&story, OURS);
    let resumed = Ran::of(&command(&story, &["resume", "x"]).output().expect("moontide starts"));
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert_eq!(story.waves("x"), "database completed, cache completed");
    assert_eq!(story.launched_twice(), [""; 0]);
    assert!(there.calls().iter().all(|call| call.operation == "GetCallerIdentity"));
}

#[test]
fn a_login_into_the_right_account_lets_the_waiting_runner_go_on() {
    let (_, story, world) = story("the second wave launched in the other account");
    let there = story.sim.lead(THEIRS, &world.replace("111122223333", "444455556666"));
    log_in(&story, OURS);
    let arguments = ["run", "runbook.luau", "--mode=drill", "--execution-id=x"];
    let ran = run_with_patience(&story, &arguments, "10h");
    until("the first wave launches", || !story.launches().is_empty());
    log_in(&story, THEIRS);
    until("the other account is seen", || !there.calls().is_empty());
    log_in(&story, OURS);
    let ran = ran.join().expect("it ends");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(story.launched_twice(), [""; 0]);
    assert!(there.calls().iter().all(|call| call.operation == "GetCallerIdentity"));
    // Once by the command, once before the first call, and once after each change: not once more for each call.
    let asked = story.sim.asked("GetCallerIdentity").len();
    assert!(asked <= 3, "STS was asked {asked} times");
}

/// Session credentials as they are pasted into a file.
fn paste(story: &Story, key: &str) {
    let keys = "aws_secret_access_key = x\naws_session_token = x\n";
    write(story, "keys", &format!("[default]\naws_access_key_id = {key}\n{keys}"));
}

#[test]
fn credentials_that_are_pasted_anew_into_their_file_are_seen_by_the_runner_that_waits() {
    let (case, story, world) = story("the file was read once, and all patience spent in vain");
    let there = story.sim.lead(THEIRS, &world.replace("111122223333", "444455556666"));
    paste(&story, OURS);
    let arguments = ["run", "runbook.luau", "--mode=drill", "--execution-id=x"];
    let ran = run_with_patience(&story, &arguments, "10h");
    until("the first wave launches", || !story.launches().is_empty());
    let (outage, lasting) = (Outage::Expired, Lasting::Ever);
    story.sim.outages.cast(Spell { operation: None, number: 1, outage, lasting });
    until("the credentials expire", || story.sim.outages.has_struck());
    // Those of a wrong account first: they are asked about, and that is seen.
    paste(&story, THEIRS);
    until("the file is read anew", || !there.calls().is_empty());
    story.sim.outages.mend();
    paste(&story, OURS);
    let ran = ran.join().expect("it ends");
    case.comes_to(&format!("exit {:?}, {}", ran.code, story.waves("x")));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(story.launched_twice(), [""; 0]);
    assert!(there.calls().iter().all(|call| call.operation == "GetCallerIdentity"));
}
