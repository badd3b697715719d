//! A look at what the store knows of the drills of a schedule's runbook: how the last one went, and how long ago.

use moontide_runtime::clock::Clock as _;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::Wanted;

use super::declared::Schedule;
use super::kept::Sources;
use crate::clocks::SystemClock;
use crate::error::Result;
use crate::list::Line;
use crate::operator::Operator;
use crate::runbook::Files;
use crate::words;

/// So many executions are looked at.
const LOOKED_AT: usize = 100;

/// Looks, and says what there is. It has failed where no drill has completed.
pub(super) async fn report(
    operator: &Operator,
    schedule: &Schedule,
    sources: &Sources,
) -> Result<String> {
    let files = Files::pinned(sources.bundle.clone(), &schedule.runbook);
    let plan = files.plan(operator.face.as_ref(), &operator.settings.limits(), 0)?;
    let wanted = Wanted {
        runbook: Some(plan.name.clone()),
        without_cleanups: true,
        limit: Some(LOOKED_AT),
        ..Wanted::default()
    };
    let lines = Line::all(operator.store.as_ref(), &wanted).await?;
    let drills: Vec<&Line> = lines.iter().filter(|line| line.mode == Some(Mode::Drill)).collect();
    let is_completed = |line: &&&Line| line.status == Some(ExecutionStatus::Completed);
    let completed = drills.iter().filter(is_completed).count();
    let (name, all) = (&plan.name, words::count(drills.len(), "drill"));
    let Some(last) = drills.iter().find(is_completed) else {
        return Ok(format!("failed: no drill of `{name}` has completed, of {all}"));
    };
    let ago = words::between(last.created_at, SystemClock::new().now());
    let days = ago.as_secs() / 86_400;
    Ok(format!(
        "completed: {completed} of {all} of `{name}` have completed, the last one {} ago: {}",
        words::count(usize::try_from(days).unwrap_or_default(), "day"),
        last.execution
    ))
}
