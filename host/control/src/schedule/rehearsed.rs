//! A rehearsal that a schedule starts: in the world that is pinned, and in no time. It leaves no execution; how it went
//! stands in the history.

use std::rc::Rc;
use std::thread;

use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{ExecutionStatus, WaveStatus};
use tokio::sync::oneshot;

use super::checked::bind;
use super::declared::Schedule;
use super::kept::Sources;
use super::mandate::Mandate;
use crate::error::{CommandError, Result, code};
use crate::listener::Silent;
use crate::operator::Operator;
use crate::rehearsal::{Rehearsal, Report, Witness, runtime};
use crate::runbook::Files;
use crate::{words, world_file};

/// The seed of its random numbers: the same schedule rehearses the same every time.
const SEED: u64 = 0;

/// Rehearses what the schedule pins, and says how it went.
pub(super) async fn rehearse(
    operator: &Operator,
    schedule: &Schedule,
    sources: &Sources,
) -> Result<String> {
    let files = Files::pinned(sources.bundle.clone(), &schedule.runbook);
    let plan = files.plan(operator.face.as_ref(), &operator.settings.limits(), SEED)?;
    let params = bind(operator.face.as_ref(), &plan, &schedule.params)?.values;
    let world = world_file::parse(&sources.world, world_file::FILE)?;
    let (settings, answers) = (operator.settings.clone(), Mandate::of(schedule).flags());
    let rehearsal = Rehearsal {
        settings,
        plan,
        bundle: files.bundle,
        world,
        mode: Mode::Drill,
        params,
        answers,
        seed: SEED,
    };
    let (say, said) = oneshot::channel();
    // It brings a runtime whose time is its own.
    thread::spawn(move || drop(say.send(perform(rehearsal))));
    said.await.unwrap_or_else(|_| {
        Err(CommandError::new(code::INTERNAL, "the rehearsal ended without a word"))
    })
}

fn perform(rehearsal: Rehearsal) -> Result<String> {
    let witness = Rc::new(Witness::default());
    let observer = Rc::clone(&witness) as _;
    let rehearsed = rehearsal.perform(&Silent, observer)?;
    let report = runtime()?.block_on(Report::of(&rehearsed, &witness))?;
    if let Some(stopped) = rehearsed.stopped {
        return Ok(format!("failed: {}", stopped.message));
    }
    let took = words::duration(report.took);
    Ok(match report.status {
        ExecutionStatus::Completed => format!("completed in {took} of pretended time"),
        ExecutionStatus::Cancelled => format!("cancelled after {took} of pretended time"),
        _ => {
            let failed = report.waves.iter().filter(|wave| wave.status == WaveStatus::Failed);
            let failed: Vec<&str> = failed.map(|wave| wave.name.as_str()).collect();
            format!("failed after {took} of pretended time: {}", failed.join(", "))
        }
    })
}
