//! What is looked at each time: the check, and a rehearsal if nothing is wrong.

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use moontide_control::error::{CommandError, Result, code};
use moontide_control::listener::Silent;
use moontide_control::rehearsal::{Rehearsal, Report, Witness};
use moontide_control::runbook::Files;
use moontide_control::settings::Settings;
use moontide_control::world_file;
use moontide_runtime::scheduler::{ExecutionStatus, WaveStatus};
use serde::Serialize;

use crate::check::{Checked, check};
use crate::finding::Finding;

/// How one went.
#[derive(Debug)]
pub struct Round {
    /// What the check found.
    pub findings: Vec<Finding>,
    /// How the rehearsal went; none, if the check found errors or there is no world.
    pub rehearsal: Option<Result<Rehearsed>>,
}

/// A rehearsal, as short as a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rehearsed {
    /// How it ended.
    pub status: ExecutionStatus,
    /// How long it took, in virtual time.
    pub virtual_time: Duration,
    /// The waves that did not complete, and why, if that is known.
    pub waves: Vec<(String, WaveStatus, Option<String>)>,
}

impl Round {
    /// Looks at the runbook at this path.
    pub fn of(path: &Path, settings: &Settings) -> Result<Round> {
        let files = Files::read(path)?;
        let Checked { findings, .. } = check(&files, &Silent, &settings.limits());
        let has_world = files.folder.join(world_file::FILE).is_file();
        let rehearses = has_world && !findings.iter().any(Finding::is_error);
        let rehearsal = rehearses.then(|| rehearse(path, settings.clone()));
        Ok(Round { findings, rehearsal })
    }

    /// Whether there is nothing to mend.
    pub fn is_good(&self) -> bool {
        let completed = |it: &Result<Rehearsed>| {
            it.as_ref().is_ok_and(|it| it.status == ExecutionStatus::Completed)
        };
        !self.findings.iter().any(Finding::is_error)
            && self.rehearsal.as_ref().is_none_or(completed)
    }
}

fn rehearse(path: &Path, settings: Settings) -> Result<Rehearsed> {
    let witness = Rc::new(Witness::default());
    let rehearsal = Rehearsal { settings, ..Rehearsal::of(&Silent, path)? };
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
