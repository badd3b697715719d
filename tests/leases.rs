//! Two runners and one execution, with the real binary: at most one of them drives, and the other one says
//! why it does not.

#![cfg(target_os = "linux")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use support::shim::Strike;
use support::{Home, Moment, Ran, Side, Sim};

const HELLO: &str = include_str!("../runbooks/hello/runbook.luau");
const WORLD: &str = include_str!("../runbooks/hello/world.toml");

/// A drill of `hello` in a home and a world of its own, under leases that hold for a second.
struct Drill {
    home: Home,
    sim: Sim,
}

impl Drill {
    /// One whose wave lasts at least so long before it launches.
    fn lasting(duration: &str) -> Drill {
        let home = Home::new();
        let folder = home.path().join("hello");
        std::fs::create_dir_all(&folder).expect("a folder");
        let before = format!("before = function() moontide.sleep(\"{duration}\") end, servers =");
        let runbook = HELLO.replace("servers =", &before);
        std::fs::write(folder.join("runbook.luau"), runbook).expect("it can be written");
        Drill { home, sim: Sim::with(WORLD) }
    }

    /// A command that talks to the simulator.
    fn moontide(&self, arguments: &[&str]) -> Command {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        let arguments: Vec<&str> = arguments.iter().copied().chain(flags).collect();
        let mut command = self.home.moontide(&arguments);
        command.env("MOONTIDE_LEASE_TTL", "1s").current_dir(self.home.path());
        command
    }

    fn start(&self) -> Command {
        self.moontide(&["run", "hello", "--mode=drill", "--execution-id=drill"])
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.moontide(arguments).output().expect("moontide starts"))
    }

    /// Starts it and kills its runner before it launches.
    fn begin_and_die(&self) {
        let launch =
            Moment { operation: Some("DescribeSourceServers"), number: 1, side: Side::Before };
        assert_eq!(self.sim.trap.spring(self.start(), launch).code, None);
    }

    /// It ended well: launched once, and nobody wrote into the journal of another.
    fn check(&self) {
        assert_eq!(self.sim.performed("StartRecovery"), 1);
        self.check_journal("drill");
        let status = self.home.run(&["status", "drill", "--output=json"]).expect(0).json();
        assert_eq!(status["status"], "completed", "{status}");
    }

    /// Returns the epochs of a journal without gaps, in which nobody wrote between others' entries.
    fn check_journal(&self, id: &str) -> Vec<u64> {
        let journal = self.home.run(&["journal", id, "--output=json"]).expect(0).stdout;
        let lines: Vec<Value> =
            journal.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let numbers = |name: &str| -> Vec<u64> {
            lines.iter().map(|line| line[name].as_u64().expect("a number")).collect()
        };
        assert!(numbers("sequence").into_iter().eq(1..=lines.len() as u64), "{journal}");
        let mut epochs = numbers("epoch");
        assert!(epochs.is_sorted(), "{epochs:?}");
        epochs.dedup();
        epochs
    }
}

/// A process that is ended with the test.
struct Runner(Option<Child>);

impl Runner {
    fn spawn(mut command: Command) -> Runner {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Runner(Some(command.spawn().expect("moontide starts")))
    }

    fn child(&mut self) -> &mut Child {
        self.0.as_mut().expect("it has not ended")
    }

    /// Reads what it says until a line ends like this.
    fn until(&mut self, end: &str) {
        let said = BufReader::new(self.child().stderr.as_mut().expect("it is piped"));
        let came = said.lines().map_while(Result::ok).any(|line| line.ends_with(end));
        assert!(came, "it never said `{end}`");
    }

    fn send(&mut self, signal: Signal) {
        kill_process(Pid::from_child(self.child()), signal).expect("it runs");
    }

    fn end(mut self) -> Ran {
        let child = self.0.take().expect("it has not ended");
        Ran::of(&child.wait_with_output().expect("it can be waited for"))
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn of_two_resumes_at_the_same_moment_one_drives_and_the_other_names_it() {
    const TIMES: usize = 20;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..TIMES / 4 {
                    resume_twice_at_once();
                }
            });
        }
    });
}

fn resume_twice_at_once() {
    // Two seconds of real time: longer than the loser needs to see that the winner lives.
    let drill = Drill::lasting("34m");
    drill.begin_and_die();
    let barrier = Barrier::new(2);
    let resume = || {
        let mut command = drill.moontide(&["resume", "drill"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        barrier.wait();
        let child = command.spawn().expect("moontide starts");
        (child.id(), Ran::of(&child.wait_with_output().expect("it can be waited for")))
    };
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(resume);
        (resume(), one.join().expect("a result"))
    });
    let (won, lost) = if one.1.code == Some(0) { (one, other) } else { (other, one) };
    assert_eq!(won.1.code, Some(0), "{won:?} {lost:?}");
    assert_eq!(lost.1.code, Some(5), "{won:?} {lost:?}");
    let said = &lost.1.stderr;
    let named = said.contains(&format!("pid {}", won.0)) || said.contains("another runner on this");
    assert!(named && said.contains("M0501") && said.contains("moontide resume drill"), "{said}");
    drill.check();
}

#[test]
fn a_runner_stopped_past_its_ttl_writes_nothing_more_and_says_why() {
    let drill = Drill::lasting("34m");
    let mut first = Runner::spawn(drill.start());
    first.until("running");
    first.send(Signal::STOP);
    let second = drill.run(&["resume", "drill"]).expect(0);
    assert!(second.stderr.contains("watching whether it lives"), "{}", second.stderr);
    first.send(Signal::CONT);
    let first = first.end();
    assert_eq!(first.code, Some(5), "{}", first.stderr);
    assert!(first.stderr.contains("error[M0502]"), "{}", first.stderr);
    assert!(first.stderr.contains("another runner may have taken over"), "{}", first.stderr);
    drill.check();
    assert_eq!(drill.check_journal("drill"), [1, 2]);
}

#[test]
fn a_runner_stopped_after_its_launch_has_had_its_effect_does_not_journal_it() {
    let drill = Drill::lasting("1s");
    let launch = Moment { operation: Some("StartRecovery"), number: 1, side: Side::After };
    let first = drill.sim.trap.stop(drill.start(), launch);
    let mut first = Runner(Some(first));
    // The one who took over finds the job by its tag.
    drill.run(&["resume", "drill"]).expect(0);
    first.send(Signal::CONT);
    let first = first.end();
    assert_eq!(first.code, Some(5), "{}", first.stderr);
    assert!(first.stderr.contains("error[M0502]"), "{}", first.stderr);
    drill.check();
    assert_eq!(drill.check_journal("drill"), [1, 2]);
}

#[test]
fn a_cleanup_is_taken_over_like_anything_else() {
    let drill = Drill::lasting("1s");
    assert_eq!(Ran::of(&drill.start().output().expect("moontide starts")).code, Some(0));
    let operation = Some("TerminateRecoveryInstances");
    let moment = Moment { operation, number: 1, side: Side::After };
    let first = drill.sim.trap.stop(drill.moontide(&["cleanup", "drill"]), moment);
    let mut first = Runner(Some(first));
    let second = drill.run(&["cleanup", "drill", "--output=json"]).expect(0).json();
    assert_eq!(second["terminated"].as_array().map(Vec::len), Some(1), "{second}");
    first.send(Signal::CONT);
    let first = first.end();
    assert_eq!(first.code, Some(5), "{}", first.stderr);
    assert_eq!(drill.sim.performed("TerminateRecoveryInstances"), 1);
    assert_eq!(drill.check_journal("drill.cleanup-1"), [1, 2]);
}

/// A runner whose store begins to fail while its wave sleeps for hours.
fn fails_in_the_middle(calls: &'static str, then: &'static str) -> (Drill, Ran) {
    let drill = Drill::lasting("300h");
    let trigger = drill.home.path().join("now");
    let strike =
        Strike { lasting: true, trigger: Some(trigger.clone()), ..Strike::once(calls, 1, then) };
    let mut runner = Runner::spawn(strike.around(drill.start()));
    runner.until("running");
    std::fs::write(&trigger, "").expect("it can be written");
    let ran = runner.end();
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    assert!(ran.stderr.contains("moontide resume drill"), "{}", ran.stderr);
    (drill, ran)
}

#[test]
fn a_runner_whose_disk_dies_stops_by_itself() {
    let (drill, ran) = fails_in_the_middle("sync", "EIO");
    assert_eq!(ran.code, Some(6), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[M0403]"), "{}", ran.stderr);
    assert_eq!(drill.sim.performed("StartRecovery"), 0);
    drill.check_journal("drill");
}

#[test]
fn a_runner_that_cannot_lock_its_store_for_a_ttl_stops_by_itself() {
    let (drill, ran) = fails_in_the_middle("lock", "EAGAIN");
    // Whichever sees it first: the one who renews, or the one who looks for signals.
    let expected = match ran.code {
        Some(5) => "error[M0503]",
        _ => "error[M0406]",
    };
    assert!(ran.stderr.contains(expected), "{ran:?}");
    assert_eq!(drill.sim.performed("StartRecovery"), 0);
    drill.check_journal("drill");
}

#[test]
fn a_ttl_that_makes_no_sense_is_refused() {
    let drill = Drill::lasting("1s");
    drill.begin_and_die();
    for ttl in ["soon", "100ms", "0s", "-5s"] {
        let mut command = drill.moontide(&["resume", "drill"]);
        command.env("MOONTIDE_LEASE_TTL", ttl);
        let ran = Ran::of(&command.output().expect("moontide starts"));
        assert_eq!(ran.code, Some(6), "{ttl}: {}", ran.stderr);
        assert!(ran.stderr.contains("MOONTIDE_LEASE_TTL"), "{}", ran.stderr);
    }
    assert_eq!(drill.run(&["resume", "drill"]).code, Some(0));
}
