//! AWS cannot be seen for 3, 20 and 60 minutes, from each phase of a wave on: the runner waits half an hour,
//! unless its operator says something else.

use std::time::Duration;

use crate::shown::{Case, Story};
use crate::support::Ran;
use crate::support::outage::{Lasting, Outage, Spell};

const CASE: Case =
    Case { name: "expired_credentials", before: "any phase: the wave failed within seconds" };

/// So many times as fast as life: a minute is a tenth of a second.
const SPEED: f64 = 600.0;

/// A wave that launches, looks, and runs a command.
const RUNBOOK: &str = "local moontide = require('@moontide')
local ssm = require('@moontide/ssm')
return moontide.runbook { name = 'phases', region = 'us-west-2', waves = {
    { name = 'database', servers = { tags = { Tier = 'db' } }, on_failure = 'retry', max_attempts = 3,
      verify = function(wave)
          ssm.run_command { instance_ids = wave.instance_ids, document_name = 'AWS-RunShellScript',
              parameters = { commands = { 'pg_isready' } } }
      end },
    { name = 'cache', depends_on = { 'database' }, servers = { tags = { Tier = 'web' } }, on_failure = 'skip' },
} }";

/// The phases, by the first call of each.
const PHASES: [&str; 8] = [
    "DescribeSourceServers",
    "StartRecovery",
    "DescribeJobs",
    "DescribeJobLogItems",
    "DescribeRecoveryInstances",
    "DescribeInstanceStatus",
    "SendCommand",
    "ListCommandInvocations",
];

/// Its story: AWS cannot be seen for so many minutes from a phase on. Returns how the first process ended.
fn told(operation: &'static str, outage: Outage, minutes: u32) -> (Story, Ran) {
    let story = CASE.at(&std::fs::read_to_string(CASE.path("world.toml")).expect("a world"), SPEED);
    let path = story.home.path().join("runbook.luau");
    std::fs::write(&path, RUNBOOK).expect("it can be written");
    let lasting = Lasting::Real(Duration::from_mins(minutes.into()).div_f64(SPEED));
    story.sim.outages.cast(Spell { operation: Some(operation), number: 1, outage, lasting });
    let ran = story.drill("x", path.to_str().expect("a readable path"), &[]);
    (story, ran)
}

fn completes(story: &Story, phase: &str) {
    assert_eq!(story.waves("x"), "database completed, cache completed", "{phase}");
    assert_eq!(story.launched_twice(), [""; 0], "{phase}");
    let journal = story.journal("x");
    let lanes = journal.iter().filter_map(|entry| entry["lane"].as_str());
    let again: Vec<_> = lanes.filter(|lane| lane.contains("#2")).collect();
    assert!(again.is_empty(), "{phase}: a retry was spent: {again:?}");
    let sent = story.sim.effects().into_iter().filter(|(effect, _)| effect.starts_with("tell"));
    assert_eq!(sent.map(|(_, times)| times).collect::<Vec<_>>(), [1], "{phase}");
}

/// All phases at once: most of the time they wait.
fn each_phase(outage: Outage, minutes: u32, ends: impl Fn(&'static str, Story, Ran) + Sync) {
    std::thread::scope(|scope| {
        for phase in PHASES {
            let ends = &ends;
            scope.spawn(move || {
                let (story, ran) = told(phase, outage, minutes);
                ends(phase, story, ran);
            });
        }
    });
}

fn goes_on_by_itself(outage: Outage, minutes: u32) {
    each_phase(outage, minutes, |phase, story, ran| {
        assert!(story.sim.outages.mend(), "{phase}: it never came");
        assert_eq!(ran.code, Some(0), "{phase}: {ran:?}");
        completes(&story, phase);
    });
    CASE.comes_to(&format!("{outage:?} for {minutes} min: goes on by itself, no retry spent"));
}

fn stops_and_is_resumed(outage: Outage) {
    each_phase(outage, 60, |phase, story, ran| {
        assert_eq!(ran.code, Some(6), "{phase}: {ran:?}");
        assert!(ran.stderr.contains("moontide resume x"), "{phase}: {}", ran.stderr);
        let waves = story.waves("x");
        assert!(!waves.contains("failed") && !waves.contains("skipped"), "{phase}: {waves}");
        assert!(story.sim.outages.mend(), "{phase}: it never came");
        let resumed = story.resume("x");
        assert_eq!(resumed.code, Some(0), "{phase}: {resumed:?}");
        completes(&story, phase);
    });
    CASE.comes_to(&format!("{outage:?} for 60 min: exit 6, and a resume completes"));
}

#[test]
fn three_minutes_without_a_network_are_waited_out() {
    goes_on_by_itself(Outage::Refused, 3);
}

#[test]
fn twenty_minutes_without_a_network_are_waited_out() {
    goes_on_by_itself(Outage::Refused, 20);
}

#[test]
fn after_an_hour_without_a_network_a_resume_goes_on() {
    stops_and_is_resumed(Outage::Refused);
}

#[test]
fn credentials_that_are_renewed_after_twenty_minutes_are_waited_for() {
    goes_on_by_itself(Outage::Expired, 20);
}

#[test]
fn credentials_that_are_renewed_after_an_hour_need_a_resume() {
    stops_and_is_resumed(Outage::Expired);
}

#[test]
fn replies_that_are_lost_for_twenty_minutes_are_waited_out() {
    goes_on_by_itself(Outage::Unanswered, 20);
}
