//! One execution through all its deaths, and what must hold at its end.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::failures;
use crate::place::{self, Backend, Place, Struck};
use crate::point::{Kind, Point};
use crate::support::{Ran, SPEED, Sim, repository};
use crate::troubles::Clocks;

/// The id of every execution.
const ID: &str = "x";

/// A runbook with its estate, and the answers to its questions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Runbook {
    /// Its folder in this repository.
    pub(crate) folder: &'static str,
    /// What people answer.
    pub(crate) answers: &'static [&'static str],
    /// How many servers it launches, counted once for each attempt, and how often it sends a command.
    pub(crate) effects: usize,
    /// How many calls launch something.
    pub(crate) launches: usize,
}

/// A shop in three tiers.
pub(crate) const THREE_TIER: Runbook = Runbook {
    folder: "runbooks/three_tier",
    answers: &["--answer=continue"],
    effects: 9,
    launches: 3,
};
/// Waves and branches side by side, a server that fails once, a pause point and a question.
pub(crate) const PARALLEL: Runbook = Runbook {
    folder: "tests/crash_matrix/parallel",
    answers: &["--answer=continue", "--answer=yes"],
    effects: 11,
    launches: 6,
};

impl Runbook {
    /// What people call it.
    pub(crate) fn name(&self) -> &'static str {
        self.folder.rsplit('/').next().unwrap_or(self.folder)
    }

    fn path(&self) -> PathBuf {
        repository(self.folder)
    }
}

/// How an execution ended, without what may differ from one run to the next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct End {
    /// What `status` says, without times and the ids of instances.
    pub(crate) status: Value,
    /// What must not happen twice, and how often it happened.
    pub(crate) effects: BTreeMap<String, usize>,
}

/// What became of a story.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// How many of its points came.
    pub(crate) came: usize,
    /// How its execution ended.
    pub(crate) end: End,
    /// How many of its processes were so starved by a busy machine that they could not keep their lease.
    pub(crate) lapsed: usize,
    /// What is wrong with it, in words; empty if nothing is.
    pub(crate) wrong: String,
}

/// One execution of a runbook in a store of its own and a world of its own.
pub(crate) struct Story {
    runbook: Runbook,
    place: Place,
    sim: Sim,
    /// How wrong the clocks are.
    clocks: Clocks,
    /// How many processes it has had.
    processes: Cell<usize>,
    /// How many of them could not keep their lease.
    lapsed: Cell<usize>,
}

impl Story {
    /// Nothing has happened yet.
    fn new(runbook: Runbook, backend: Backend, clocks: Clocks, speed: f64) -> Story {
        let world = std::fs::read_to_string(runbook.path().join("world.toml"));
        let sim = Sim::at(&world.expect("the world file is there"), speed);
        Story {
            runbook,
            place: Place::new(backend, &sim),
            sim,
            clocks,
            processes: Cell::default(),
            lapsed: Cell::default(),
        }
    }

    /// Tells it: something happens to one process at each point, and nothing to the last one.
    pub(crate) fn tell(
        runbook: Runbook,
        backend: Backend,
        clocks: Clocks,
        points: &[Point],
    ) -> Told {
        let speed = points.iter().map(|point| point.kind.speed()).fold(SPEED, f64::min);
        let story = Story::new(runbook, backend, clocks, speed);
        let (mut came, mut wrong) = (0, String::new());
        for point in points {
            let struck = story.go_on(|command| story.strike(command, *point));
            came += usize::from(struck.came);
            wrong += &story.wrong_with_the_process(*point, &struck);
            if !struck.came {
                break;
            }
        }
        let Struck { ran: ended, .. } = story.go_on(|mut command| {
            let ran = Ran::of(&command.output().expect("it starts"));
            Struck { ran, came: false }
        });
        if ended.code != Some(0) {
            let _ = write!(wrong, "exit code {:?}: {}; ", ended.code, ended.stderr);
        }
        wrong += &story.wrong_with_the_journal();
        Told { came, end: story.end(), lapsed: story.lapsed.get(), wrong }
    }

    /// Runs the next process of the execution; another one if this one was so starved by a busy machine
    /// that it could not keep its lease.
    fn go_on(&self, run: impl Fn(Command) -> Struck) -> Struck {
        let lapsed = |it: &Struck| !it.came && it.ran.stderr.contains("error[M0503]");
        let mut struck = self.next(&run);
        for _ in 0..3 {
            if lapsed(&struck) {
                self.lapsed.update(|it| it + 1);
                struck = self.next(&run);
            }
        }
        struck
    }

    /// `resume`, or `run` if there is nothing yet to resume.
    fn next(&self, run: impl Fn(Command) -> Struck) -> Struck {
        self.processes.update(|it| it + 1);
        let is_first = self.processes.get() == 1;
        let run = |command: Command| run(self.clocks.around(command, is_first));
        let flags = self.sim.flags();
        let flags = flags.iter().map(String::as_str).chain(self.runbook.answers.iter().copied());
        let flags: Vec<&str> = flags.collect();
        if self.exists() {
            return run(self.place.moontide(&[&["resume", ID], flags.as_slice()].concat()));
        }
        let path = self.runbook.path();
        let path = path.to_str().expect("a readable path");
        let id = format!("--execution-id={ID}");
        let start = ["run", path, "--mode=drill", &id];
        run(self.place.moontide(&[&start, flags.as_slice()].concat()))
    }

    fn exists(&self) -> bool {
        self.place.run(&["status", ID]).code == Some(0)
    }

    fn strike(&self, victim: Command, point: Point) -> Struck {
        if let Kind::Trouble(trouble) = point.kind {
            self.sim.outages.cast(trouble.spell(point.number));
            let output = trouble.around(victim).output().expect("moontide starts");
            return Struck { ran: Ran::of(&output), came: self.sim.outages.mend() };
        }
        if point.kind == Kind::Stopped {
            return self.stop(victim, point.number);
        }
        let Some(moment) = point.kind.moment(point.number) else {
            return self.place.spring(victim, point);
        };
        let ran = self.sim.trap.spring(victim, moment);
        Struck { came: ran.code.is_none(), ran }
    }

    /// Stops a process after its n-th write to the store, lets another one go on to the end, and continues the
    /// first: it does nothing more.
    fn stop(&self, victim: Command, number: usize) -> Struck {
        let Some(stopped) = self.place.stop(victim, number) else {
            let ran = Ran { code: Some(0), stdout: String::new(), stderr: String::new() };
            return Struck { ran, came: false };
        };
        let Struck { ran: other, .. } = self.go_on(|mut command| {
            command.env("MOONTIDE_LEASE_TTL", place::TTL);
            Struck { ran: Ran::of(&command.output().expect("it starts")), came: false }
        });
        if other.code == Some(6) && other.stderr.contains("error[M0406]") {
            // It was stopped while it closed the file, which lets no other process in: the other one has not even read.
            let mut ran = stopped.go_on();
            let Struck { ran: later, .. } = self.go_on(|mut command| Struck {
                ran: Ran::of(&command.output().expect("it starts")),
                came: false,
            });
            if later.code != Some(0) {
                let _ = write!(ran.stderr, "no thread gets in any more: {later:?} panicked");
            }
            return Struck { ran, came: true };
        }
        let (effects, journal) = (self.sim.effects(), self.journal());
        let mut ran = stopped.go_on();
        if other.code != Some(0) {
            let _ = write!(ran.stderr, "the other ended badly: {other:?} panicked");
        }
        if self.sim.effects() != effects {
            let _ = write!(ran.stderr, "it went on: {:?} panicked", self.sim.effects());
        }
        if !self.journal().starts_with(&journal) || self.journal().len() != journal.len() {
            ran.stderr += "it wrote into the other's journal: panicked";
        }
        Struck { ran, came: true }
    }

    fn journal(&self) -> String {
        self.place.run(&["journal", ID, "--output=json"]).stdout
    }

    /// What is wrong with how a process ended to which something was to happen.
    fn wrong_with_the_process(&self, point: Point, Struck { ran, came }: &Struck) -> String {
        let expected = match point.kind {
            Kind::Fails(_) if *came => {
                let next = format!("resume {ID}");
                return failures::wrong_with(ran, self.exists().then_some(next.as_str()));
            }
            Kind::Trouble(trouble) if *came => return trouble.wrong_with(ran, self.exists()),
            // What another one had ended meanwhile, it found out of; anything else was said by `stop`.
            Kind::Stopped if *came => return failures::wrong_with(ran, None),
            _ if *came => None,
            _ => Some(0),
        };
        if ran.code == expected {
            return String::new();
        }
        format!("exit code {:?} instead of {expected:?}: {}; ", ran.code, ran.stderr)
    }

    /// How it ended.
    fn end(&self) -> End {
        let ran = self.place.run(&["status", ID, "--output=json"]);
        let mut status: Value = serde_json::from_str(&ran.stdout).unwrap_or_default();
        normalise(&mut status);
        End { status, effects: self.sim.effects() }
    }

    /// Gaps in the journal, or processes that wrote into it in turn.
    fn wrong_with_the_journal(&self) -> String {
        let journal = self.journal();
        let lines: Vec<Value> =
            journal.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let field = |line: &Value, name: &str| line[name].as_u64().unwrap_or_default();
        let sequences = lines.iter().map(|line| field(line, "sequence"));
        let epochs: Vec<u64> = lines.iter().map(|line| field(line, "epoch")).collect();
        let mut wrong = String::new();
        if lines.is_empty() || !sequences.eq(1..=lines.len() as u64) {
            wrong += "the journal has gaps; ";
        }
        if !epochs.is_sorted()
            || epochs.last().is_none_or(|last| *last > self.processes.get() as u64)
        {
            let _ = write!(wrong, "epochs are interleaved: {epochs:?}; ");
        }
        wrong
    }
}

impl Told {
    /// How many effects happened more often than in `calm`, which nothing disturbed.
    pub(crate) fn duplicates(&self, calm: &End) -> usize {
        surplus(&self.end.effects, &calm.effects)
    }

    /// How many effects happened less often than in `calm`, and how many waves never ended.
    pub(crate) fn lost(&self, calm: &End) -> usize {
        let terminal = ["completed", "failed", "skipped", "cancelled"];
        let ended = |wave: &&Value| terminal.map(Value::from).contains(&wave["status"]);
        let waves = |end: &End| end.status["waves"].as_array().cloned().unwrap_or_default();
        let lost = waves(calm).len() - waves(&self.end).iter().filter(ended).count();
        lost + surplus(&calm.effects, &self.end.effects)
    }
}

impl Told {
    /// How many waves failed, or took more attempts, than in `calm`: by the runner's own trouble, for the world
    /// is the same.
    pub(crate) fn troubled(&self, calm: &End) -> usize {
        let waves = |end: &End| end.status["waves"].as_array().cloned().unwrap_or_default();
        let rank = |wave: &Value| (wave["status"] != "completed", wave["attempt"].as_u64());
        let calm = waves(calm);
        let worse = |wave: &&Value| {
            let same = calm.iter().find(|it| it["name"] == wave["name"]);
            same.is_none_or(|same| rank(wave) > rank(same))
        };
        waves(&self.end).iter().filter(worse).count()
    }
}

/// How many effects there are more often here than in `other`.
fn surplus(here: &BTreeMap<String, usize>, other: &BTreeMap<String, usize>) -> usize {
    let other = |effect: &String| other.get(effect).copied().unwrap_or_default();
    here.iter().map(|(effect, times)| times.saturating_sub(other(effect))).sum()
}

/// Takes out what legitimately differs. Whether a server has an instance stays.
fn normalise(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for differs in ["seconds", "created_at", "objectives", "recovery_point"] {
                fields.remove(differs);
            }
            // Where its journal ends: each story has other times in it, and another number of entries.
            if fields.get("head").is_some_and(|head| head["hash"].is_string()) {
                fields.remove("head");
            }
            // No data is older than a few minutes, whatever the runner's clock says.
            let is_fresh = |age: &Value| age.as_i64().is_some_and(|age| (0..1200).contains(&age));
            fields.entry("rpo_seconds").and_modify(|age| *age = is_fresh(age).into());
            fields.entry("instance_id").and_modify(|id| *id = Value::from(id.is_string()));
            // Each story has a simulator of its own.
            let commands = fields.get_mut("next").and_then(Value::as_array_mut);
            for command in commands.into_iter().flatten() {
                let text = command.as_str().unwrap_or_default();
                *command = text.split(" --endpoint-url").next().unwrap_or_default().into();
            }
            fields.values_mut().for_each(normalise);
        }
        Value::Array(items) => items.iter_mut().for_each(normalise),
        _ => {}
    }
}
