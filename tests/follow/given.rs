//! A shop, its runners, and those who follow them.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, Signal, kill_process};

use crate::dynamo::Dynamo;
use crate::support::{Home, Ran, Sim};

const WORLD: &str = include_str!("../../runbooks/hello/world.toml");

/// A runbook in a home of its own, and its AWS.
pub(crate) struct Shop {
    pub(crate) home: Home,
    sim: Sim,
    /// `dynamodb:TABLE@REGION`, if executions are kept there.
    table: Option<String>,
    /// A variable that its commands see.
    variable: Option<(&'static str, &'static str)>,
}

impl Shop {
    /// One with these waves.
    pub(crate) fn of(waves: &str) -> Shop {
        let home = Home::new();
        let folder = home.path().join("shop");
        std::fs::create_dir_all(&folder).expect("a folder");
        let runbook = format!(
            "--!strict\nlocal moontide = require('@moontide')\n\
             return moontide.runbook {{ name = 'shop', region = 'us-west-2', waves = {{ {waves} }} }}\n"
        );
        std::fs::write(folder.join("runbook.luau"), runbook).expect("it can be written");
        Shop { home, sim: Sim::with(WORLD), table: None, variable: None }
    }

    /// The same, with executions in a table.
    pub(crate) fn in_a_table(waves: &str) -> Shop {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let table = Some(format!("dynamodb:shop-{number}@us-west-2"));
        let shop = Shop { table, ..Shop::of(waves) };
        shop.look(&["store", "init"]).expect(0);
        shop
    }

    /// The same, whose commands see this variable.
    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Shop {
        self.variable = Some((name, value));
        self
    }

    /// The name of the table.
    pub(crate) fn table_name(&self) -> &str {
        let table = self.table.as_deref().unwrap_or_default();
        table.trim_start_matches("dynamodb:").trim_end_matches("@us-west-2")
    }

    /// A command that knows where executions are.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.moontide(arguments);
        command.env("USER", "root").current_dir(self.home.path());
        command.envs(self.variable);
        if let Some(table) = &self.table {
            let [world, _] = self.sim.flags();
            command
                .env("MOONTIDE_STORE", table)
                .env("AWS_ENDPOINT_URL_DYNAMODB", Dynamo::shared().endpoint())
                .env("AWS_ENDPOINT_URL_STS", world.trim_start_matches("--endpoint-url="));
        }
        command
    }

    /// Runs a command that needs no world.
    pub(crate) fn look(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().expect("moontide starts"))
    }

    /// Starts a command that drives, in time as it passes.
    pub(crate) fn start(&self, arguments: &[&str]) -> Follower {
        let [endpoint, _] = self.sim.flags();
        Follower::of(self.command(&[arguments, &[endpoint.as_str()]].concat()))
    }

    /// Begins a drill, and drives it as far as it gets.
    pub(crate) fn run(&self) -> Ran {
        self.start(&["run", "shop", "--mode=drill", "--execution-id=drill"]).end()
    }

    /// Begins a drill; returns once its runner has said this.
    pub(crate) fn begin(&self, said: &str) -> Follower {
        let mut runner = self.start(&["run", "shop", "--mode=drill", "--execution-id=drill"]);
        runner.until_said(said);
        runner
    }
}

/// A process that is listened to, and ended with its test.
pub(crate) struct Follower {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    stderr: BufReader<ChildStderr>,
    /// What it has printed so far.
    printed: String,
}

impl Follower {
    pub(crate) fn of(mut command: Command) -> Follower {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("moontide starts");
        let stdout = child.stdout.take().map(BufReader::new);
        let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        Follower { child, stdout, stderr, printed: String::new() }
    }

    /// The next line on stdout; `None`: there is none.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stdout.as_mut().expect("it is open").read_line(&mut line);
        self.printed.push_str(&line);
        (read.expect("it talks") > 0).then_some(line)
    }

    /// Reads what it prints until a line contains this.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) {
        while !self.line().expect("it has not ended").contains(text) {}
    }

    /// Reads what it says on stderr until a line contains this.
    #[track_caller]
    pub(crate) fn until_said(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            let read = self.stderr.read_line(&mut line).expect("it talks");
            assert_ne!(read, 0, "`{text}` was never said");
        }
    }

    pub(crate) fn send(&mut self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// The reader is gone.
    pub(crate) fn close(&mut self) {
        self.stdout = None;
    }

    /// How it ends, and all that it printed.
    pub(crate) fn end(mut self) -> Ran {
        let mut stderr = String::new();
        if self.stdout.is_some() {
            while self.line().is_some() {}
        }
        self.stderr.read_to_string(&mut stderr).expect("it talks");
        let code = self.child.wait().expect("it can be waited for").code();
        Ran { code, stdout: std::mem::take(&mut self.printed), stderr }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text without moments, durations, and the numbers of processes.
pub(crate) fn timeless(text: &str) -> String {
    let line = |line: &str| {
        let is_moment = line.get(8..11) == Some("Z  ");
        let line = if is_moment { &line[11..] } else { line };
        let line = line.split(" after ").next().unwrap_or_default();
        let line = if line.starts_with("driven by") { "driven by …" } else { line };
        format!("{line}\n")
    };
    text.lines().map(line).collect()
}
