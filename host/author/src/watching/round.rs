//! What is looked at each time: the check, and if nothing is wrong the tests and a rehearsal.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use moontide_control::contract::engine;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::listener::Silent;
use moontide_control::rehearsal::{Rehearsal, Report, Witness};
use moontide_control::runbook::Files;
use moontide_control::settings::Settings;
use moontide_control::world_file;
use moontide_runtime::plan::Plan;
use moontide_runtime::scheduler::{ExecutionStatus, WaveStatus};
use schemars::JsonSchema;
use serde::Serialize;

use crate::check::{Checked, check_for};
use crate::finding::Finding;
use crate::testing::snapshots::{self, Snapshots};
use crate::testing::{Ended, Ran, Suite, Wanted, together};

/// How one went.
#[derive(Debug)]
pub struct Round {
    /// What the check found.
    pub findings: Vec<Finding>,
    /// How the tests went; none, if the check found errors or there are no tests.
    pub tests: Option<Result<Vec<Tested>>>,
    /// How the rehearsal went; none, if the check found errors or there is no world.
    pub rehearsal: Option<Result<Rehearsed>>,
}

/// A case, and its file.
#[derive(Debug)]
pub struct Tested {
    /// What errors call the test file.
    pub file: String,
    /// How it went.
    pub ran: Ran,
}

/// A rehearsal, as short as a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rehearsed {
    /// How it ended.
    #[schemars(with = "engine::ExecutionStatus")]
    pub status: ExecutionStatus,
    /// How long it took, in virtual time.
    pub virtual_time: Duration,
    /// The waves that did not complete, and why, if that is known.
    #[schemars(with = "Vec<(String, engine::WaveStatus, Option<String>)>")]
    pub waves: Vec<(String, WaveStatus, Option<String>)>,
}

impl Round {
    /// Looks at the runbook at this path: check, tests, rehearsal. Each file is read and checked once.
    pub fn of(path: &Path, settings: &Settings) -> Result<Round> {
        let files = Files::read(path)?;
        let Checked { plan, findings } = check_for(&files, &Silent, settings);
        let plan = plan.filter(|_| !findings.iter().any(Finding::is_error));
        let Some(plan) = plan else { return Ok(Round { findings, tests: None, rehearsal: None }) };
        let tests = Files::tests(&files.folder)?;
        let tests = (!tests.is_empty()).then(|| test(&tests, settings));
        let has_world = files.folder.join(world_file::FILE).is_file();
        let rehearsal = has_world.then(|| rehearse(files, plan, settings.clone()));
        Ok(Round { findings, tests, rehearsal })
    }

    /// Whether there is nothing to mend.
    pub fn is_good(&self) -> bool {
        let completed = |it: &Result<Rehearsed>| {
            it.as_ref().is_ok_and(|it| it.status == ExecutionStatus::Completed)
        };
        let passed = |it: &Result<Vec<Tested>>| {
            it.as_ref().is_ok_and(|it| it.iter().all(|it| it.ran.ended == Ended::Passed))
        };
        !self.findings.iter().any(Finding::is_error)
            && self.tests.as_ref().is_none_or(passed)
            && self.rehearsal.as_ref().is_none_or(completed)
    }
}

/// Runs all cases, on as many threads as help.
fn test(paths: &[PathBuf], settings: &Settings) -> Result<Vec<Tested>> {
    let of = |_: &Path| Ok(settings.clone());
    let suites: Vec<Suite> =
        paths.iter().map(|path| Suite::read_checked(path, &of)).collect::<Result<_>>()?;
    let known: Vec<Snapshots> =
        suites.iter().map(|suite| snapshots::read(&suite.path)).collect::<Result<_>>()?;
    let all = suites.iter().zip(&known);
    let (cases, known): (Vec<_>, Vec<_>) = all
        .flat_map(|(suite, known)| suite.cases.iter().map(move |case| ((suite, case), known)))
        .unzip();
    let jobs = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let wanted = Wanted { jobs, fail_fast: false, crash: false, update: false };
    let mut tested = Vec::new();
    together(&cases, &known, wanted, |at, ran| {
        tested.push(Tested { file: cases[at].0.file.clone(), ran });
    })
    .map_err(|error| CommandError::new(code::INTERNAL, format!("no thread starts: {error}")))?;
    Ok(tested)
}

fn rehearse(files: Files, plan: Plan, settings: Settings) -> Result<Rehearsed> {
    let witness = Rc::new(Witness::default());
    let rehearsal = Rehearsal::of_plan(&Silent, files, plan, settings)?;
    let rehearsed = rehearsal.perform(&Silent, Rc::clone(&witness) as _)?;
    if let Some(stopped) = rehearsed.stopped {
        return Err(stopped);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| CommandError::new(code::INTERNAL, error.to_string()))?;
    let report = runtime.block_on(Report::of(&rehearsed, &witness))?;
    let waves = report.waves.iter().filter(|wave| wave.status != WaveStatus::Completed);
    let waves = waves.map(|wave| {
        let why = wave.why.failure.clone().or_else(|| wave.why.reason.clone());
        (wave.name.clone(), wave.status, why)
    });
    Ok(Rehearsed { status: report.status, virtual_time: report.took, waves: waves.collect() })
}
