//! One case, run in a sandbox of its own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

use moontide_runtime::effect::{Lane, Outcome};
use moontide_runtime::journal::Mismatch;
use moontide_runtime::sandbox::{Budget, Limits, Said, ScriptError, Unit, Vm};
use schemars::JsonSchema;
use serde::Serialize;

use super::seen::Seen;
use super::stage::{self, Stage};
use super::suite::{Case, Suite};

/// So many lines of what happened stand beside a failure.
const LINES: usize = 5;

/// How a case went.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Ran {
    /// Its name.
    pub case: String,
    /// Its line in the test file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// How it ended.
    #[serde(flatten)]
    pub ended: Ended,
    /// What was staged and met nothing, and what the case has logged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How long it took on this machine.
    pub seconds: f64,
    /// How many times it was killed and went on, all together, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crash_points: Option<usize>,
    /// Its rehearsals.
    #[serde(skip)]
    pub(super) seen: Vec<Seen>,
    /// What is to be written down of it.
    #[serde(skip)]
    pub snapshots: Vec<Vec<String>>,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Ended {
    /// It holds.
    Passed,
    /// It does not, or could not be run.
    Failed(Failed),
    /// It was not run, because another one had failed.
    Skipped,
}

/// What does not hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Failed {
    /// Whether an assertion has failed; else the case itself is wrong.
    pub assertion: bool,
    /// A code: `TestFailed`, or that of another error.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What an assertion wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub got: Option<String>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// How an effect differs from the one in the journal that is replayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    pub mismatch: Option<Box<Mismatch>>,
    /// The last lines of what happened in the last rehearsal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<String>,
}

/// A line of a test.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Place {
    /// The file, as it was named.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The line itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_line: Option<String>,
}

/// How a case is run.
#[derive(Clone, Copy, Debug)]
pub(super) struct How<'k> {
    /// What was written down of it; `None`: nothing is compared.
    pub(super) known: Option<&'k [Vec<String>]>,
    /// Whether it is written down anew.
    pub(super) updates: bool,
    /// Where its runner is killed besides.
    pub(super) crash: Option<Crash<'k>>,
}

/// A death of a case's runner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crash<'k> {
    /// In which of its rehearsals, counted from 0.
    pub(super) rehearsal: usize,
    /// Behind which entry of its journal.
    pub(super) entry: u64,
    /// The rehearsals as they were without it.
    pub(super) before: &'k [Seen],
}

/// Runs a case.
#[expect(clippy::disallowed_methods, reason = "how long it takes here decides nothing")]
pub(super) fn run(suite: &Suite, case: &Case, how: How) -> Ran {
    let begun = Instant::now();
    let seed = seed(&case.name);
    let mut stage = Stage::new(suite, seed, (how.known, how.updates), how.crash);
    let logs = Rc::new(RefCell::new(Vec::new()));
    let walked = walk(suite, case, seed, &mut stage, &logs);
    let mut notes = logs.take();
    notes.extend(stage.seen.iter().flat_map(|seen| seen.notes.clone()));
    let idle = stage.idle();
    let ended = match (walked, idle.is_empty()) {
        (Ok(()), true) => Ended::Passed,
        (Ok(()), false) => Ended::Failed(untested(suite, case, &stage, &idle)),
        (Err(error), _) => {
            notes.extend(idle.into_iter().map(|(sentence, _)| sentence));
            Ended::Failed(failed(suite, case, &stage, error))
        }
    };
    Ran {
        case: case.name.clone(),
        line: case.line,
        ended,
        notes,
        seconds: begun.elapsed().as_secs_f64(),
        crash_points: None,
        seen: stage.seen,
        snapshots: stage.snapshots,
    }
}

/// Walks it from what it asks for to what it asks for next.
fn walk(
    suite: &Suite,
    case: &Case,
    seed: u64,
    stage: &mut Stage<'_>,
    logs: &Rc<RefCell<Vec<String>>>,
) -> Result<(), ScriptError> {
    let vm = Vm::open(&suite.bundle, &limits(), seed)?;
    let lane = Lane::of_wave("test", 1);
    let logs = Rc::clone(logs);
    let said = move |said: Said| {
        if let Said::Log { level, message } = said {
            logs.borrow_mut().push(format!("{level} | {message}"));
        }
    };
    let context = stage::context(&case.name);
    let mut program = vm.start(Unit::Wave(case.place), lane, &context, Rc::new(said))?;
    let mut progress = program.begin(false);
    let mut asks = VecDeque::new();
    loop {
        if let Some(ended) = progress.ended {
            return ended.map(drop);
        }
        asks.extend(progress.asks);
        let Some(ask) = asks.pop_front() else {
            return Err(ScriptError::new("Internal", "the case waits for nothing"));
        };
        let outcome = match stage.perform(&ask) {
            Ok(value) => Outcome::Ok { value },
            Err(error) => Outcome::Failed { error },
        };
        progress = program.deliver(&ask.lane, &outcome, false);
    }
}

/// A rehearsal of hundreds of servers is handed to its case as a whole.
fn limits() -> Limits {
    let limits = Limits::default();
    let more = |budget: Budget| Budget {
        nodes: budget.nodes * 20,
        bytes: budget.bytes * 20,
        depth: budget.depth,
    };
    Limits {
        memory: limits.memory * 8,
        outcome: more(limits.outcome),
        arguments: more(limits.arguments),
        ..limits
    }
}

/// Every assertion holds, and what was staged for them met nothing.
fn untested(suite: &Suite, case: &Case, stage: &Stage<'_>, idle: &[(String, String)]) -> Failed {
    let sentences: Vec<&str> = idle.iter().map(|(sentence, _)| sentence.as_str()).collect();
    let sites: Vec<String> = idle.iter().take(1).map(|(_, site)| site.clone()).collect();
    Failed {
        assertion: true,
        code: "TestFailed".to_owned(),
        message: sentences.join("; "),
        place: stage::place(suite, &sites, case.line),
        timeline: stage.last_lines(LINES),
        ..Failed::default()
    }
}

fn failed(suite: &Suite, case: &Case, stage: &Stage<'_>, error: ScriptError) -> Failed {
    let text = |field: &str| error.details.get(field)?.as_str().map(str::to_owned);
    let (mut expected, mut got) = (text("expected"), text("got"));
    let assertion = error.code == "TestFailed";
    if let Some((known, now)) = &stage.differs
        && assertion
        && expected.is_none()
    {
        (expected, got) = (Some(known.clone()), Some(now.clone()));
    }
    Failed {
        assertion,
        place: stage::place(suite, &error.trace, case.line),
        code: error.code,
        message: error.message,
        expected,
        got,
        mismatch: None,
        timeline: stage.last_lines(LINES),
    }
}

/// The same name gives the same case, on every machine: FNV-1a.
fn seed(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
