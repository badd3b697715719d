//! A wrong clock, of a runner or of the person who answers, times no prompt out and lets no late answer in.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::shown::{Case, Story};
use crate::support::{Ran, shim};

const CASE: Case = Case {
    name: "expired_credentials",
    before: "a clock two hours slow: silence had answered at once",
};

/// Two hours, in seconds.
const OFF: f64 = 7200.0;

/// A wave that only a person may begin for so long.
fn story(timeout: &str, silence: &str) -> Story {
    let world = std::fs::read_to_string(CASE.path("world.toml")).expect("a world");
    let story = CASE.at(&world, 1.0);
    let runbook = format!(
        "return require('@moontide').runbook {{ name = 'p', region = 'us-west-2', waves = {{
            {{ name = 'w', run = function() end, pause = {{ message = '?', timeout = '{timeout}',
               on_timeout = '{silence}' }} }} }} }}"
    );
    std::fs::write(story.home.path().join("runbook.luau"), runbook).expect("it can be written");
    story
}

fn by_clock(story: &Story, arguments: &[&str], off: f64) -> Ran {
    let mut command: Command = story.home.moontide(arguments);
    command.env("USER", "ann").current_dir(story.home.path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut command = if off == 0.0 { command } else { shim::shifted(command, off) };
    Ran::of(&command.output().expect("moontide starts"))
}

fn begin(story: &Story, off: f64) -> Ran {
    let [endpoint, _] = story.sim.flags();
    let run = ["run", "runbook.luau", "--mode=drill", "--execution-id=x", &endpoint];
    by_clock(story, &run, off).expect(4)
}

fn go_on(story: &Story, off: f64) -> Ran {
    let [endpoint, _] = story.sim.flags();
    by_clock(story, &["resume", "x", &endpoint], off)
}

#[test]
fn a_wrong_clock_of_a_runner_times_nothing_out() {
    for (first, later) in [(-OFF, 0.0), (0.0, OFF), (OFF, OFF), (-OFF, OFF)] {
        let story = story("1h", "continue");
        let said = begin(&story, first).stderr;
        let is_said = said.contains("this machine's clock is 2h");
        assert_eq!(is_said, first != 0.0, "{said}");
        let resumed = go_on(&story, later);
        CASE.comes_to(&format!("{first} s, then {later} s: exit {:?}", resumed.code));
        assert_eq!(resumed.code, Some(4), "{first}, {later}: {resumed:?}");
        by_clock(&story, &["answer", "x", "continue"], later).expect(0);
        assert_eq!(go_on(&story, later).code, Some(0), "{first}, {later}");
    }
}

#[test]
fn an_answer_by_a_slow_clock_is_late_all_the_same() {
    for (runner, sender) in [(0.0, -OFF), (-OFF, -OFF)] {
        let story = story("5s", "abort");
        begin(&story, runner);
        crate::support::wait(Duration::from_secs(8));
        let answered = by_clock(&story, &["answer", "x", "continue"], sender);
        let resumed = go_on(&story, runner);
        CASE.comes_to(&format!("late by {sender} s: {:?}, {:?}", answered.code, resumed.code));
        assert_eq!(resumed.code, Some(1), "{runner}, {sender}: {answered:?} {resumed:?}");
    }
}
