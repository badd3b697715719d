//! What schedules have started, and no runner drives: what was cut off, what a person has answered, and what has waited
//! for its answer long enough.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::journal::Channel;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{LeaseRecord, Store, Wanted};

use super::checked::LABEL;
use super::declared::{Schedule, read_moment};
use super::history::{Entry, Outcome};
use super::kept::Kept;
use crate::error::Result;
use crate::leases;
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

/// The schedule that has started an execution, as far as it can be read.
#[derive(Clone, Copy, Debug)]
pub enum Of<'k> {
    /// It is this one.
    Schedule(&'k Kept),
    /// It is there, and cannot be read.
    Unreadable,
    /// It was removed.
    Removed,
}

impl<'k> Of<'k> {
    /// That of an execution, among all that there are.
    pub fn line(line: &Line, all: &'k [(String, Option<Kept>)]) -> Of<'k> {
        let found = line.labels.get(LABEL).and_then(|name| all.iter().find(|(it, _)| it == name));
        match found {
            Some((_, Some(kept))) => Of::Schedule(kept),
            Some((_, None)) => Of::Unreadable,
            None => Of::Removed,
        }
    }

    /// It, where it can be read.
    pub fn kept(self) -> Option<&'k Kept> {
        match self {
            Of::Schedule(kept) => Some(kept),
            Of::Unreadable | Of::Removed => None,
        }
    }
}

/// What is to become of an execution of which nothing was sent yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Goes,
    /// Its schedule says first what becomes of its time.
    NotYet,
    /// It is given up, for this reason.
    GivenUp(GiveUp),
}

/// Why an execution is given up that has sent nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiveUp {
    /// Why.
    pub why: String,
    /// The lease under which no runner was seen to live; `None`: there was none.
    pub lease: Option<LeaseRecord>,
}

impl GiveUp {
    /// Whether it still holds: nothing was sent, and no runner has taken it since.
    pub async fn holds(&self, store: &dyn Store, execution: &str) -> Result<bool> {
        let is_pending = Record::load(store, execution).await?.status() == ExecutionStatus::Pending;
        Ok(is_pending && leases::kept(store, execution).await? == self.lease)
    }
}

/// What is to become of it. What has sent something goes on, however late it is.
pub async fn verdict(
    store: &dyn Store,
    line: &Line,
    schedule: Of<'_>,
    now: Timestamp,
) -> Result<Verdict> {
    let name = line.labels.get(LABEL);
    let time = line.execution.rsplit_once('-').and_then(|(_, time)| read_moment(time));
    let (Some(name), Some(time)) = (name, time) else { return Ok(Verdict::Goes) };
    if line.status != Some(ExecutionStatus::Pending) {
        return Ok(Verdict::Goes);
    }
    let entry = Entry::of(store, name, time).await?;
    let why = match schedule {
        // What cannot be read decides nothing.
        Of::Unreadable => return Ok(Verdict::NotYet),
        Of::Removed => Err(Some("its schedule was removed before it began".to_owned())),
        Of::Schedule(kept) => judge(&kept.terms.schedule, time, (entry.as_ref(), now)),
    };
    let lease = line.lease.clone();
    Ok(match why {
        Ok(()) => Verdict::Goes,
        Err(None) => Verdict::NotYet,
        Err(Some(why)) => Verdict::GivenUp(GiveUp { why, lease }),
    })
}

/// Whether it goes on, by what its history says of its time; an error: why it is given up, or `None`: not yet.
fn judge(
    schedule: &Schedule,
    time: Timestamp,
    (entry, now): (Option<&Entry>, Timestamp),
) -> Result<(), Option<String>> {
    let late = jiff::SignedDuration::try_from(schedule.late.0).unwrap_or(jiff::SignedDuration::MAX);
    match entry.map(|entry| (&entry.terms.outcome, entry.terms.at)) {
        Some((Outcome::Started { .. }, at)) => {
            // One that waited for the end of the one before was started behind all others.
            let latest = schedule.latest(time).max(at.checked_add(late).unwrap_or(Timestamp::MAX));
            let why = "it had not begun when it was too late for its time";
            if now > latest { Err(Some(why.to_owned())) } else { Ok(()) }
        }
        // Its schedule says what became of a claim.
        None | Some((Outcome::Starting, _)) => Err(None),
        Some((other, _)) => {
            Err(Some(format!("its time counts as {}: {}", other.word(), other.why())))
        }
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
