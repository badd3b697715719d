//! What schedules have started, and no runner drives: what was cut off, what a person has answered, and what has waited
//! for its answer long enough.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::journal::Channel;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{LeaseRecord, Store, Wanted};

use super::checked::LABEL;
use super::declared::read_moment;
use super::history::{Entry, Outcome};
use super::kept::Kept;
use crate::error::Result;
use crate::list::Line;
use crate::view::Record;

/// The executions of a schedule, or of all, that are not over, the newest first.
pub async fn open(store: &dyn Store, schedule: Option<&str>) -> Result<Vec<Line>> {
    let label = schedule.map(|name| (LABEL.to_owned(), name.to_owned()));
    let wanted = Wanted {
        statuses: vec![
            ExecutionStatus::Pending,
            ExecutionStatus::Running,
            ExecutionStatus::Paused,
            ExecutionStatus::Waiting,
        ],
        source: Some(Channel::Schedule),
        labels: label.into_iter().collect(),
        ..Wanted::default()
    };
    let lines = Line::all(store, &wanted).await?;
    Ok(lines.into_iter().filter(|it| it.status.is_some() && it.moved_to.is_none()).collect())
}

/// Whether it was cut off, or was answered: a pause that no person has answered is none of these.
pub fn goes_on(line: &Line) -> bool {
    match line.status {
        Some(ExecutionStatus::Pending | ExecutionStatus::Running) => true,
        Some(ExecutionStatus::Paused | ExecutionStatus::Waiting) => line.pending > 0,
        _ => false,
    }
}

/// When the first of its prompts has waited long enough; `None`: none of them ever has.
pub async fn deadline(store: &dyn Store, execution: &str) -> Result<Option<Timestamp>> {
    let record = Record::load(store, execution).await?;
    Ok(record.state.prompts.values().filter_map(|prompt| prompt.deadline).min())
}

/// The schedule that has started it, if it is still there.
pub fn schedule<'k>(line: &Line, all: &'k [Kept]) -> Option<&'k Kept> {
    let name = line.labels.get(LABEL)?;
    all.iter().find(|kept| kept.terms.schedule.name == *name)
}

/// What is to become of an execution of which nothing was sent yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Goes,
    /// Its schedule says first what becomes of its time.
    NotYet,
    /// It is given up, for this reason.
    GivenUp(String),
}

/// What is to become of it. What has sent something goes on, however late it is.
pub async fn verdict(
    store: &dyn Store,
    line: &Line,
    schedule: Option<&Kept>,
    now: Timestamp,
) -> Result<Verdict> {
    let name = line.labels.get(LABEL);
    let time = line.execution.rsplit_once('-').and_then(|(_, time)| read_moment(time));
    let (Some(name), Some(time)) = (name, time) else { return Ok(Verdict::Goes) };
    if line.status != Some(ExecutionStatus::Pending) {
        return Ok(Verdict::Goes);
    }
    let entry = Entry::of(store, name, time).await?;
    let latest = schedule.map(|kept| kept.terms.schedule.latest(time));
    Ok(judge(entry.as_ref().map(|it| &it.terms.outcome), latest, now))
}

/// The same, by what its history says of its time, and until when a start made sense; `None`: its schedule is removed.
fn judge(outcome: Option<&Outcome>, latest: Option<Timestamp>, now: Timestamp) -> Verdict {
    let Some(latest) = latest else {
        return Verdict::GivenUp("its schedule was removed before it began".to_owned());
    };
    match outcome {
        Some(other) if other.is_final() && !matches!(other, Outcome::Started { .. }) => {
            Verdict::GivenUp(format!("its time counts as {}: {}", other.word(), other.why()))
        }
        _ if now > latest => {
            Verdict::GivenUp("it had not begun when it was too late for its time".to_owned())
        }
        Some(Outcome::Started { .. }) => Verdict::Goes,
        _ => Verdict::NotYet,
    }
}

/// The signs of life of runners, as one process sees them by its own clock: of a store that does not know by itself
/// that a runner has died.
#[derive(Debug, Default)]
pub struct Beats {
    seen: BTreeMap<String, (LeaseRecord, Duration)>,
}

impl Beats {
    /// Whether no runner drives it at this moment of a monotonic clock: none holds it, or its holder has given no sign
    /// of life for this long.
    pub fn is_free(&mut self, line: &Line, monotonic: Duration, ttl: Duration) -> bool {
        let Some(lease) = &line.lease else {
            self.seen.remove(&line.execution);
            return true;
        };
        match self.seen.get(&line.execution) {
            Some((seen, since)) if seen == lease => monotonic.saturating_sub(*since) >= ttl,
            _ => {
                self.seen.insert(line.execution.clone(), (lease.clone(), monotonic));
                false
            }
        }
    }

    /// Forgets all but these.
    pub fn keep(&mut self, lines: &[Line]) {
        self.seen.retain(|id, _| lines.iter().any(|line| line.execution == *id));
    }
}

#[cfg(test)]
mod tests;
