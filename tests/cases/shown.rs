//! The line of a case, and what the stories share.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Home, Ran, SPEED, Sim, repository};

/// A folder of `tests/cases`, and what once came of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) before: &'static str,
}

impl Case {
    /// Its folder.
    pub(crate) fn folder(&self) -> PathBuf {
        repository("tests/cases").join(self.name)
    }

    /// A file of it, or the folder itself.
    pub(crate) fn path(&self, file: &str) -> String {
        let path = self.folder().join(file);
        path.to_str().expect("a readable path").trim_end_matches('/').to_owned()
    }

    /// Prints its line: what comes of it now.
    #[expect(clippy::print_stdout, reason = "the table is what this is for")]
    pub(crate) fn comes_to(&self, after: &str) {
        let after = after.split_whitespace().collect::<Vec<_>>().join(" ");
        println!("{:<20} | {:<66} | {after}", self.name, self.before);
    }

    /// Rehearses it.
    pub(crate) fn rehearse(&self, more: &[&str]) -> Ran {
        let (folder, world) = (self.path(""), self.path("world.toml"));
        let arguments = [&["rehearse", &folder, "--world", &world], more].concat();
        Home::new().run(&arguments)
    }

    /// A home and a world of its own.
    pub(crate) fn story(&self) -> Story {
        self.in_world(&std::fs::read_to_string(self.path("world.toml")).expect("a world"))
    }

    /// The same in this world.
    pub(crate) fn in_world(&self, world: &str) -> Story {
        self.at(world, SPEED)
    }

    /// The same, so many times as fast as life.
    #[expect(clippy::unused_self, reason = "it is a story of this case")]
    pub(crate) fn at(&self, world: &str, speed: f64) -> Story {
        Story { home: Home::new(), sim: Sim::at(world, speed) }
    }
}

/// Executions in one home and one world.
pub(crate) struct Story {
    pub(crate) home: Home,
    pub(crate) sim: Sim,
}

impl Story {
    /// A command that talks to the simulator.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str);
        let arguments: Vec<&str> = arguments.iter().copied().chain(flags).collect();
        let mut command = self.home.moontide(&arguments);
        // The SDK's own repetitions would take time as in life.
        command.env("USER", "ann").env("AWS_MAX_ATTEMPTS", "1").current_dir(self.home.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub(crate) fn aws(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().expect("moontide starts"))
    }

    /// Starts a drill of that id, and drives it as far as it gets.
    pub(crate) fn drill(&self, id: &str, runbook: &str, more: &[&str]) -> Ran {
        let id = format!("--execution-id={id}");
        self.aws(&[&["run", runbook, "--mode=drill", &id], more].concat())
    }

    /// Drives it on, as far as it gets.
    pub(crate) fn resume(&self, id: &str) -> Ran {
        self.aws(&["resume", id])
    }

    /// A command that needs no AWS.
    #[track_caller]
    pub(crate) fn say(&self, arguments: &[&str], code: i32) -> Ran {
        let mut command = self.home.moontide(arguments);
        command.env("USER", "ann").current_dir(self.home.path());
        Ran::of(&command.output().expect("moontide starts")).expect(code)
    }

    /// What a document of an execution says.
    #[track_caller]
    pub(crate) fn json(&self, command: &str, id: &str) -> Value {
        self.say(&[command, id, "--output=json"], 0).json()
    }

    /// Its journal.
    pub(crate) fn journal(&self, id: &str) -> Vec<Value> {
        let journal = self.say(&["journal", id, "--output=json"], 0).stdout;
        journal.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// `database completed, web paused`.
    pub(crate) fn waves(&self, id: &str) -> String {
        waves(&self.json("status", id))
    }

    /// Its one open prompt.
    #[track_caller]
    pub(crate) fn prompt(&self, id: &str) -> Value {
        let status = self.json("status", id);
        let prompts = status["prompts"].as_array().cloned().unwrap_or_default();
        assert_eq!(prompts.len(), 1, "{status}");
        prompts[0].clone()
    }

    /// How often each server was launched: `s-…`, twice.
    pub(crate) fn launches(&self) -> Vec<(String, usize)> {
        let effects = self.sim.effects().into_iter();
        effects
            .filter_map(|(effect, times)| Some((effect.strip_prefix("launch ")?.to_owned(), times)))
            .collect()
    }

    /// The servers that were launched more than once.
    pub(crate) fn launched_twice(&self) -> Vec<String> {
        let twice = self.launches().into_iter().filter(|(_, times)| *times > 1);
        twice.map(|(server, _)| server).collect()
    }
}

/// The status of each wave of a document: `database completed, web paused`.
pub(crate) fn waves(document: &Value) -> String {
    let waves = document["waves"].as_array().cloned().unwrap_or_default();
    let wave = |wave: &Value| {
        let word = |field: &str| wave[field].as_str().unwrap_or("?").to_owned();
        format!("{} {}", word("name"), word("status"))
    };
    waves.iter().map(wave).collect::<Vec<_>>().join(", ")
}

/// A wave of a document.
#[track_caller]
pub(crate) fn wave<'v>(document: &'v Value, name: &str) -> &'v Value {
    let waves = document["waves"].as_array().expect("there are waves");
    waves.iter().find(|wave| wave["name"] == name).expect("there is this wave")
}
