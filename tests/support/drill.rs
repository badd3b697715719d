//! A drill that two runners want, and a runner that is ended with its test.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::dynamo::Dynamo;
use crate::support::{Home, Moment, Ran, Side, Sim};

const HELLO: &str = include_str!("../../runbooks/hello/runbook.luau");
const WORLD: &str = include_str!("../../runbooks/hello/world.toml");

/// Where executions are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    File,
    Table,
}

/// A drill of `hello` in a home and a world of its own, under leases that hold for three seconds: a machine
/// that is busy with other things lets a disk wait for more than one.
pub(crate) struct Drill {
    pub(crate) home: Home,
    pub(crate) sim: Sim,
    /// `dynamodb:TABLE@REGION`, if it is kept there.
    table: Option<String>,
}

impl Drill {
    /// One whose wave lasts at least so long before it launches.
    pub(crate) fn lasting(duration: &str) -> Drill {
        Drill::lasting_in(Place::File, duration)
    }

    /// One of which the journal is kept there.
    pub(crate) fn lasting_in(place: Place, duration: &str) -> Drill {
        let home = Home::new();
        let folder = home.path().join("hello");
        std::fs::create_dir_all(&folder).expect("a folder");
        let before = format!("before = function() moontide.sleep(\"{duration}\") end, servers =");
        let runbook = HELLO.replace("servers =", &before);
        std::fs::write(folder.join("runbook.luau"), runbook).expect("it can be written");
        let table = match place {
            Place::File => None,
            Place::Table => Some(table()),
        };
        let drill = Drill { home, sim: Sim::with(WORLD), table };
        if drill.table.is_some() {
            drill.look(&["store", "init"]).expect(0);
        }
        drill
    }

    /// A command that knows where the journal is.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.moontide(arguments);
        command
            .env("MOONTIDE_LEASE_TTL", "3s")
            .env("MOONTIDE_PATIENCE", "5s")
            .current_dir(self.home.path());
        if let Some(table) = &self.table {
            let [world, _] = self.sim.flags();
            command
                .env("MOONTIDE_STORE", table)
                .env("AWS_ENDPOINT_URL_DYNAMODB", Dynamo::shared().endpoint())
                .env("AWS_ENDPOINT_URL_STS", world.trim_start_matches("--endpoint-url="));
        }
        command
    }

    /// A command that talks to the simulator.
    pub(crate) fn moontide(&self, arguments: &[&str]) -> Command {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        let arguments: Vec<&str> = arguments.iter().copied().chain(flags).collect();
        self.command(&arguments)
    }

    /// A command that needs no world.
    pub(crate) fn look(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().expect("moontide starts"))
    }

    pub(crate) fn start(&self) -> Command {
        self.moontide(&["run", "hello", "--mode=drill", "--execution-id=drill"])
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.moontide(arguments).output().expect("moontide starts"))
    }

    /// Starts it and kills its runner before it launches.
    pub(crate) fn begin_and_die(&self) {
        let launch =
            Moment { operation: Some("DescribeSourceServers"), number: 1, side: Side::Before };
        assert_eq!(self.sim.trap.spring(self.start(), launch).code, None);
    }

    /// It ended well: launched once, and no runner wrote into the journal of another.
    pub(crate) fn check(&self) {
        assert_eq!(self.sim.performed("StartRecovery"), 1);
        self.check_journal("drill");
        let status = self.look(&["status", "drill", "--output=json"]).expect(0).json();
        assert_eq!(status["status"], "completed", "{status}");
    }

    /// A journal, a line an entry.
    pub(crate) fn journal(&self, id: &str) -> String {
        self.look(&["journal", id, "--output=json"]).expect(0).stdout
    }

    /// Returns the epochs of a journal without gaps, in which no runner wrote between others' entries.
    pub(crate) fn check_journal(&self, id: &str) -> Vec<u64> {
        let journal = self.journal(id);
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

/// A table of its own, as `--store` takes it.
fn table() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    format!("dynamodb:leases-{}@us-west-2", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// A process that is ended with the test.
pub(crate) struct Runner(pub(crate) Option<Child>);

impl Runner {
    pub(crate) fn spawn(mut command: Command) -> Runner {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Runner(Some(command.spawn().expect("moontide starts")))
    }

    fn child(&mut self) -> &mut Child {
        self.0.as_mut().expect("it has not ended")
    }

    /// Reads what it says until a line ends like this.
    pub(crate) fn until(&mut self, end: &str) {
        let said = BufReader::new(self.child().stderr.as_mut().expect("it is piped"));
        let came = said.lines().map_while(Result::ok).any(|line| line.ends_with(end));
        assert!(came, "it never said `{end}`");
    }

    pub(crate) fn send(&mut self, signal: Signal) {
        kill_process(Pid::from_child(self.child()), signal).expect("it runs");
    }

    pub(crate) fn end(mut self) -> Ran {
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
