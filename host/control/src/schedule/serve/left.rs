//! What schedules have started, and no runner drives: what was cut off, and what a person has answered.

use moontide_runtime::journal::Channel;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::Wanted;

use crate::error::Result;
use crate::list::Line;
use crate::schedule::checked::LABEL;
use crate::schedule::kept::Kept;
use crate::schedule::worker::Worker;

/// So many are looked at.
const LOOKED_AT: usize = 500;

/// The executions to go on with.
pub(super) async fn executions(worker: &Worker) -> Result<Vec<Line>> {
    let wanted = Wanted {
        statuses: vec![
            ExecutionStatus::Pending,
            ExecutionStatus::Running,
            ExecutionStatus::Paused,
            ExecutionStatus::Waiting,
        ],
        source: Some(Channel::Schedule),
        limit: Some(LOOKED_AT),
        ..Wanted::default()
    };
    let lines = Line::all(worker.store.as_ref(), &wanted).await?;
    Ok(lines.into_iter().filter(goes_on).collect())
}

/// Whether there is something to drive: a pause that no person has answered is none.
fn goes_on(line: &Line) -> bool {
    let is_open = line.runner.is_none() && line.moved_to.is_none();
    let was_cut_off =
        matches!(line.status, Some(ExecutionStatus::Pending | ExecutionStatus::Running));
    let is_waiting =
        matches!(line.status, Some(ExecutionStatus::Paused | ExecutionStatus::Waiting));
    is_open && (was_cut_off || is_waiting && line.pending > 0)
}

/// The schedule that has started an execution, if it is still there.
pub(super) fn schedule<'k>(line: &Line, all: &'k [Kept]) -> Option<&'k Kept> {
    let name = line.labels.get(LABEL)?;
    all.iter().find(|kept| kept.terms.schedule.name == *name)
}
