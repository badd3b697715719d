//! Another execution's job ends while a launch is being judged: what was looked at first has changed when the
//! last look comes.

use std::process::Child;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::shown::{Case, Story};
use crate::support::{Moment, Ran, Side};

const CASE: Case =
    Case { name: "two_executions", before: "a job that ends during the look was not seen" };

/// A job of nine minutes takes five seconds.
const SPEED: f64 = 100.0;

fn begun(story: &Story, id: &str) -> Child {
    let (path, id) = (CASE.path(""), format!("--execution-id={id}"));
    let run = ["run", &path, "--mode=drill", &id];
    let first = story.command(&run).spawn().expect("moontide starts");
    while story.sim.performed("StartRecovery") == 0 {
        crate::support::wait(Duration::from_millis(5));
    }
    first
}

/// The second execution is stopped behind this look, until the first has its instance.
fn stopped_behind(operation: &'static str, number: usize) {
    let story = CASE.at(&std::fs::read_to_string(CASE.path("world.toml")).expect("a world"), SPEED);
    let first = begun(&story, "first");
    let path = CASE.path("");
    let run = ["run", &path, "--mode=drill", "--execution-id=second", "--beside=first"];
    let moment = Moment { operation: Some(operation), number, side: Side::After };
    let second = story.sim.trap.stop(story.command(&run), moment);
    let first = Ran::of(&first.wait_with_output().expect("it ends"));
    assert_eq!(first.code, Some(4), "{first:?}");
    kill_process(Pid::from_child(&second), Signal::CONT).expect("it was stopped");
    let second = Ran::of(&second.wait_with_output().expect("it ends"));
    let told = second.stdout.clone() + &second.stderr;
    let refused = told.contains("owned_launch");
    CASE.comes_to(&format!("stopped behind {operation} {number}: refused: {refused}"));
    assert_eq!(story.launched_twice(), [""; 0], "{told}");
    assert_eq!(second.code, Some(1), "{told}");
    assert!(refused && told.contains("`first`"), "{told}");
}

#[test]
fn a_job_that_ends_between_the_look_at_servers_and_the_launch_is_seen() {
    stopped_behind("DescribeSourceServers", 1);
}

#[test]
fn a_job_that_ends_between_the_look_at_instances_and_that_at_jobs_is_seen() {
    stopped_behind("DescribeRecoveryInstances", 1);
}

#[test]
fn a_job_that_ends_between_the_last_look_and_the_launch_is_seen() {
    stopped_behind("DescribeSourceServers", 2);
}
