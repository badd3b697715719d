//! What people want of an execution, from other processes than the one that drives it: pauses, retries,
//! answers by those who may give them, and decisions about what cannot be told.

mod support;

#[path = "signals/approvals.rs"]
mod approvals;
#[path = "signals/changes_of_mind.rs"]
mod changes_of_mind;
#[path = "signals/closings.rs"]
mod closings;
#[path = "signals/doubt.rs"]
mod doubt;
#[path = "cli/given.rs"]
#[expect(dead_code, reason = "these stories use a part of it")]
mod given;
#[path = "signals/interrupts.rs"]
mod interrupts;
#[path = "signals/pauses.rs"]
mod pauses;
#[path = "signals/reading.rs"]
mod reading;
#[path = "signals/unbegun.rs"]
mod unbegun;

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

use given::{WORLD, runbook, shop};
use serde_json::Value;
use support::{Home, Ran, Sim};

/// An execution `drill` of a runbook `shop`, and its AWS.
struct Story {
    home: Home,
    sim: Sim,
}

impl Story {
    /// Of these waves.
    fn of(waves: &str) -> Story {
        Story::with(&runbook("shop", waves), WORLD, "")
    }

    /// Of this runbook, with this estate and these settings.
    fn with(runbook: &str, world: &str, settings: &str) -> Story {
        let files = [("runbook.luau", runbook), ("moontide.toml", settings)];
        Story { home: shop(&files), sim: Sim::with(world) }
    }

    /// A command, in the name of this user of the operating system.
    fn command(&self, user: &str, arguments: &[&str]) -> Command {
        let mut command = self.home.moontide(arguments);
        command.env("USER", user);
        command
    }

    /// Runs a command to its end.
    #[track_caller]
    fn say(&self, user: &str, arguments: &[&str], code: i32) -> Ran {
        let output = self.command(user, arguments).output().expect("moontide starts");
        Ran::of(&output).expect(code)
    }

    /// Runs a command that drives.
    #[track_caller]
    fn drive(&self, arguments: &[&str], code: i32) -> Ran {
        let flags = self.sim.flags();
        let all: Vec<&str> =
            arguments.iter().copied().chain(flags.iter().map(String::as_str)).collect();
        self.say("root", &all, code)
    }

    /// Starts it, and drives it as far as it gets.
    #[track_caller]
    fn run(&self, more: &[&str], code: i32) -> Ran {
        let folder = self.home.shop("");
        let start = ["run", &folder, "--mode=drill", "--execution-id=drill"];
        self.drive(&[&start, more].concat(), code)
    }

    #[track_caller]
    fn resume(&self, code: i32) -> Ran {
        self.drive(&["resume", "drill"], code)
    }

    /// Starts a runner whose waits are as long as in life, and returns once a line on its stderr contains
    /// `until`.
    fn begin(&self, until: &str) -> (Child, BufReader<ChildStderr>) {
        self.begin_by(|command| command, until)
    }

    /// The same, by what `by` makes of the command.
    fn begin_by(
        &self,
        by: impl Fn(Command) -> Command,
        until: &str,
    ) -> (Child, BufReader<ChildStderr>) {
        let folder = self.home.shop("");
        let [endpoint, _] = self.sim.flags();
        let start = ["run", &folder, "--mode=drill", "--execution-id=drill", &endpoint];
        let mut command = by(self.command("root", &start));
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut runner = command.spawn().expect("moontide starts");
        let mut said = BufReader::new(runner.stderr.take().expect("it is piped"));
        heard(&mut said, until);
        (runner, said)
    }

    /// What a document of the execution says.
    fn json(&self, command: &str) -> Value {
        self.say("root", &[command, "drill", "--output=json"], 0).json()
    }

    /// The status of each wave.
    fn waves(&self) -> Vec<String> {
        let shown = self.json("show");
        let waves = shown["waves"].as_array().expect("there are waves");
        waves.iter().map(|wave| wave["status"].as_str().unwrap_or("none").to_owned()).collect()
    }

    /// The journal, an entry a line, without times.
    fn journal(&self) -> Vec<String> {
        let text = self.say("root", &["journal", "drill"], 0).stdout;
        let tail = |line: &str| line.split_whitespace().skip(2).collect::<Vec<_>>().join(" ");
        text.lines().map(tail).collect()
    }
}

/// The text without how long anything took: `failed after 2m 10s: why` becomes `failed: why`.
fn timeless(text: &str) -> String {
    let line = |line: &str| {
        let Some((head, tail)) = line.split_once(" after ") else { return line.to_owned() };
        let took = tail.find(|it: char| !(it.is_ascii_digit() || " hms".contains(it)));
        let rest = took.map_or("", |end| &tail[end..]);
        let gap = if rest.starts_with('|') { " " } else { "" };
        format!("{head}{gap}{rest}")
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

/// Reads until a line contains the text.
fn heard(said: &mut BufReader<ChildStderr>, text: &str) {
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        assert_ne!(said.read_line(&mut line).expect("it talks"), 0, "`{text}` was never said");
    }
}
