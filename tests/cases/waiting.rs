//! A runner that waits for the end of its troubles still hears those it works for.

use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::shown::{Case, Story};
use crate::support::Ran;
use crate::support::hearing::hearing;
use crate::support::outage::{Lasting, Outage, Spell};

const CASE: Case =
    Case { name: "expired_credentials", before: "nothing waited, so nothing had to hear" };

/// A runner whose credentials expire at this call, and that waits for hours.
fn waits(operation: &'static str) -> (Story, Child) {
    let story = CASE.story();
    let lasting = Lasting::Ever;
    story.sim.outages.cast(Spell {
        operation: Some(operation),
        number: 1,
        outage: Outage::Expired,
        lasting,
    });
    let path = CASE.path("policies.luau");
    let run = ["run", &path, "--mode=drill", "--execution-id=x"];
    let mut command = hearing(story.command(&run));
    command.env("MOONTIDE_PATIENCE", "160h").current_dir(story.home.path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("moontide starts");
    while !story.sim.outages.has_struck() {
        crate::support::wait(Duration::from_millis(5));
    }
    (story, child)
}

/// How it ends, if it does within half a minute.
fn ends(mut child: Child) -> Ran {
    for _ in 0..600 {
        if child.try_wait().expect("it can be waited for").is_some() {
            return Ran::of(&child.wait_with_output().expect("it has ended"));
        }
        crate::support::wait(Duration::from_millis(50));
    }
    let _ = child.kill();
    panic!("it does not end: {:?}", child.wait_with_output());
}

#[test]
fn a_cancel_ends_a_wait_for_credentials() {
    for operation in ["DescribeSourceServers", "DescribeJobs"] {
        let (story, child) = waits(operation);
        story.say(&["cancel", "x"], 0);
        let ran = ends(child);
        CASE.comes_to(&format!("cancelled while it waits at {operation}: exit {:?}", ran.code));
        let waves = story.waves("x");
        assert!(waves.contains("cancelled"), "{waves}: {ran:?}");
        assert!(!waves.contains("failed") && !waves.contains("skipped"), "{waves}: {ran:?}");
    }
}

#[test]
fn a_signal_ends_a_wait_for_credentials_and_a_resume_goes_on() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let (story, child) = waits("StartRecovery");
        kill_process(Pid::from_child(&child), signal).expect("it runs");
        let ran = ends(child);
        CASE.comes_to(&format!("{signal:?} while it waits: exit {:?}", ran.code));
        assert_eq!(ran.code, Some(code), "{ran:?}");
        story.sim.outages.mend();
        assert_eq!(story.resume("x").code, Some(0));
        assert_eq!(story.launched_twice(), [""; 0]);
    }
}

#[test]
fn a_cleanup_waits_for_credentials_too() {
    for operation in ["DescribeRecoveryInstances", "TerminateRecoveryInstances", "DescribeJobs"] {
        let story = CASE.story();
        story.drill("x", &CASE.path("runbook.luau"), &[]).expect(0);
        let (lasting, outage) = (Lasting::Calls(6), Outage::Expired);
        story.sim.outages.cast(Spell { operation: Some(operation), number: 1, outage, lasting });
        let ran = story.aws(&["cleanup", "x"]);
        assert!(story.sim.outages.mend(), "{operation}: it never came");
        CASE.comes_to(&format!("cleanup, at {operation}: exit {:?}", ran.code));
        assert_eq!(ran.code, Some(0), "{operation}: {ran:?}");
        assert_eq!(story.sim.performed("TerminateRecoveryInstances"), 1);
    }
}

#[test]
fn a_cleanup_that_cannot_see_says_so_and_is_done_again() {
    let story = CASE.story();
    story.drill("x", &CASE.path("runbook.luau"), &[]).expect(0);
    let spell = Spell {
        operation: Some("TerminateRecoveryInstances"),
        number: 1,
        outage: Outage::Expired,
        lasting: Lasting::Ever,
    };
    story.sim.outages.cast(spell);
    let ran = story.aws(&["cleanup", "x"]);
    assert!(story.sim.outages.mend(), "it never came");
    assert_eq!(ran.code, Some(6), "{ran:?}");
    let next = ["moontide cleanup x", "moontide resume x.cleanup-1"];
    assert!(next.iter().any(|next| ran.stderr.contains(next)), "{}", ran.stderr);
    let again = story.aws(&["cleanup", "x", "--output=json"]).expect(0).json();
    CASE.comes_to("a cleanup out of patience: exit 6, and the next one cleans up");
    assert_eq!(again["terminated"].as_array().map(Vec::len), Some(2), "{again}");
}
