//! The processes of the year: a crontab's, which run once, and two that stay; each by a clock that shows a moment of the
//! year.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use moontide_control::schedule::history::Entry;
use moontide_runtime::store::SqliteStore;
use rustix::process::{Pid, Signal, kill_process};

use super::super::Desk;
use super::super::support::shim::{self, CallFault};
use super::super::support::{Ran, wait};

/// A process that was told to look at a schedule, or at all: when, and whether it came to its end by itself.
pub(crate) struct Visit {
    pub(crate) schedule: Option<&'static str>,
    pub(crate) at: Timestamp,
    pub(crate) is_whole: bool,
}

/// What acts through the year.
pub(crate) struct Crew<'c> {
    pub(crate) desk: &'c Desk,
    pub(crate) store: SqliteStore,
    pub(crate) random: Rng,
    pub(crate) visits: Vec<Visit>,
    pub(crate) processes: usize,
    /// By the write to the store behind which it was killed, and after so long.
    pub(crate) kills: (usize, usize),
    runtime: tokio::runtime::Runtime,
}

#[expect(
    clippy::disallowed_methods,
    reason = "a clock is wrong by what lies between a moment and now"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

/// The command by a clock that shows this moment.
fn by_a_clock(command: Command, at: Timestamp) -> Command {
    shim::shifted(command, at.duration_since(now()).as_secs_f64())
}

impl<'c> Crew<'c> {
    pub(crate) fn of(desk: &'c Desk, seed: u64) -> Crew<'c> {
        Crew {
            desk,
            store: desk.store(),
            random: Rng::with_seed(seed),
            visits: Vec::new(),
            processes: 0,
            kills: (0, 0),
            runtime: tokio::runtime::Runtime::new().expect("a runtime"),
        }
    }

    /// Whether it is decided what became of a time.
    pub(crate) fn is_decided(&self, schedule: &str, at: Timestamp) -> bool {
        let entry = self.runtime.block_on(Entry::of(&self.store, schedule, at));
        entry.expect("it can be read").is_some_and(|it| it.terms.outcome.is_final())
    }

    /// Waits until it is decided, for so long at most.
    pub(crate) fn until_decided(&self, (schedule, at): (&str, Timestamp), longest: Duration) {
        let step = Duration::from_millis(100);
        let mut waited = Duration::ZERO;
        while waited < longest && !self.is_decided(schedule, at) {
            wait(step);
            waited += step;
        }
    }

    fn command(&mut self, arguments: &[&str], at: Timestamp) -> Command {
        self.processes += 1;
        by_a_clock(self.desk.aws(arguments), at)
    }

    /// What a person does, who needs no world.
    pub(crate) fn person(&mut self, arguments: &[&str], at: Timestamp) {
        self.processes += 1;
        let ran = by_a_clock(self.desk.command(arguments), at).output();
        Ran::of(&ran.expect("moontide starts")).expect(0);
    }

    /// A command that no fault strikes.
    pub(crate) fn whole(&mut self, arguments: &[&str], at: Timestamp) -> Ran {
        Ran::of(&self.command(arguments, at).output().expect("moontide starts"))
    }

    /// What a crontab does, several times at once; each of them may be killed. Returns whether one came to its end.
    pub(crate) fn crontab(&mut self, schedule: &'static str, at: Timestamp, may_die: bool) -> bool {
        let many = self.random.usize(1..=2);
        let mut running = Vec::new();
        for _ in 0..many {
            let mut command = self.command(&["schedule", "run", schedule], at);
            let fate = if may_die { self.random.u8(..10) } else { 9 };
            if fate < 5 {
                // A drill writes more often than a rehearsal.
                let most = if schedule == "drill" { 100 } else { 16 };
                let number = self.random.usize(1..=most);
                command = CallFault::once("write", number, "kill-after").around(command);
            }
            let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            running.push((child.expect("moontide starts"), fate));
        }
        let mut is_whole = false;
        for (mut child, fate) in running {
            if fate == 5 || fate == 6 {
                wait(Duration::from_millis(self.random.u64(10..500)));
                // It may have come to its end before.
                let _ = kill_process(Pid::from_child(&child), Signal::KILL);
            }
            let ended = child.wait().expect("it ends").code();
            match ended {
                None if fate < 5 => self.kills.0 += 1,
                None => self.kills.1 += 1,
                Some(_) => is_whole = true,
            }
        }
        self.visits.push(Visit { schedule: Some(schedule), at, is_whole });
        is_whole
    }

    /// One that stays.
    pub(crate) fn daemon(&mut self, at: Timestamp) -> Daemon {
        let said = self.desk.home.path().join(format!("serve-{}", self.processes));
        let mut command = self.command(&["schedule", "serve"], at);
        let child = command
            .stdout(Stdio::null())
            .stderr(File::create(&said).expect("it can be written"))
            .spawn()
            .expect("moontide starts");
        self.visits.push(Visit { schedule: None, at, is_whole: false });
        Daemon { child, said }
    }

    /// Ends one that stays, in order or not.
    pub(crate) fn end(&mut self, mut daemon: Daemon, signal: Signal) {
        kill_process(Pid::from_child(&daemon.child), signal).expect("it runs");
        let code = daemon.child.wait().expect("it ends").code();
        if signal == Signal::KILL {
            self.kills.1 += 1;
        } else {
            assert_eq!(code, Some(0), "{}", daemon.text());
        }
    }
}

/// A `schedule serve`.
pub(crate) struct Daemon {
    child: Child,
    said: PathBuf,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Daemon {
    pub(crate) fn text(&self) -> String {
        std::fs::read_to_string(&self.said).expect("it is there")
    }

    /// Whether it serves, and does not stand by.
    pub(crate) fn serves(&self) -> bool {
        self.text().contains("this process serves")
    }

    /// Waits until it knows whether it serves.
    pub(crate) fn until_it_knows(&self) {
        while !(self.serves() || self.text().contains("stands by")) {
            wait(Duration::from_millis(20));
        }
    }
}
