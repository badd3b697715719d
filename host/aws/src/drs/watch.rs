//! The jobs that calls wait for, and what is known of them. No calls, no clock.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_drs::types::{Job, JobStatus, JobType};
use jiff::Timestamp;
use moontide_runtime::effect::EffectError;
use serde_json::json;

use super::cadence::{FIRST_LOOK, interval};

/// How long a job may stay unseen before it does not exist.
const SHOWS_WITHIN: Duration = Duration::from_mins(5);

/// What one look at all jobs has shown.
#[derive(Default)]
pub(super) struct Look {
    /// The jobs that DRS knows.
    pub(super) jobs: Vec<Job>,
    /// The ids that DRS does not take, and what it says.
    pub(super) refused: Vec<(String, String)>,
}

/// The jobs of one Region that calls wait for.
#[derive(Default)]
pub(super) struct Watched(BTreeMap<String, Entry>);

struct Entry {
    /// How many wait for it.
    waiting: usize,
    /// When it was first waited for, on the monotonic clock.
    since: Duration,
    /// Since when answers lack it.
    missing: Option<Duration>,
    /// Whether it was asked about at all.
    looked: bool,
    /// What was seen of it last.
    seen: Option<Job>,
    /// What DRS says of an id that it does not take.
    refused: Option<String>,
}

impl Entry {
    fn ended(&self) -> Option<&Job> {
        self.seen.as_ref().filter(|it| it.status() == Some(&JobStatus::Completed))
    }
}

impl Watched {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A call begins to wait for `ids`.
    pub(super) fn enter(&mut self, ids: &[String], now: Duration) {
        for id in ids {
            let new = || Entry {
                waiting: 0,
                since: now,
                missing: None,
                looked: false,
                seen: None,
                refused: None,
            };
            self.0.entry(id.clone()).or_insert_with(new).waiting += 1;
        }
    }

    /// A call waits for `ids` no more.
    pub(super) fn leave(&mut self, ids: &[String]) {
        for id in ids {
            if let Some(entry) = self.0.get_mut(id) {
                entry.waiting -= 1;
            }
        }
        self.0.retain(|_, it| it.waiting > 0);
    }

    /// The jobs to ask about now.
    pub(super) fn look(&mut self) -> Vec<String> {
        let running = self.0.iter_mut().filter(|(_, it)| it.ended().is_none());
        running
            .map(|(id, entry)| {
                entry.looked = true;
                id.clone()
            })
            .collect()
    }

    /// Takes in an answer about all jobs that had not ended.
    pub(super) fn learn(&mut self, Look { jobs, refused }: Look, now: Duration) {
        for (id, why) in refused {
            if let Some(entry) = self.0.get_mut(&id) {
                entry.refused = Some(why);
            }
        }
        let mut jobs: BTreeMap<_, _> = jobs.into_iter().map(|it| (it.job_id.clone(), it)).collect();
        for (id, entry) in self.0.iter_mut().filter(|(_, it)| it.looked && it.ended().is_none()) {
            entry.seen = jobs.remove(id);
            entry.missing = match entry.seen {
                Some(_) => None,
                None => entry.missing.or(Some(now)),
            };
        }
    }

    /// The jobs named by `ids`, if all of them have ended.
    pub(super) fn all_ended(&self, ids: &[String]) -> Option<Vec<Job>> {
        ids.iter().map(|id| self.0.get(id)?.ended().cloned()).collect()
    }

    /// Refuses to wait for a job that does not show, or cannot: a lane that waits for others goes on waiting.
    pub(super) fn check_existence(&self, ids: &[String], now: Duration) -> Result<(), EffectError> {
        let why = |id: &&String| self.0.get(*id).and_then(|it| it.refused.as_ref());
        let refused: Vec<&String> = ids.iter().filter(|id| why(id).is_some()).collect();
        if let Some(first) = refused.first() {
            let why = why(first).map_or("", String::as_str);
            let message = format!("DRS knows no job {first}: {why}");
            let mut error = EffectError::new("JobNotFound", message);
            error.details = json!({ "job_ids": refused });
            return Err(error);
        }
        let overdue = |since: Duration| now.saturating_sub(since) >= SHOWS_WITHIN;
        let missing = |id: &&String| self.0.get(*id).and_then(|it| it.missing).is_some_and(overdue);
        let missing: Vec<&String> = ids.iter().filter(missing).collect();
        let Some(first) = missing.first() else {
            return Ok(());
        };
        let message =
            format!("DRS has not shown the job {first} for {} min", SHOWS_WITHIN.as_secs() / 60);
        let mut error = EffectError::new("JobNotFound", message);
        error.details = json!({ "job_ids": missing });
        Err(error)
    }

    /// How long to wait until the next look.
    pub(super) fn interval(&self, wall: Timestamp, now: Duration) -> Duration {
        let running = self.0.values().filter(|it| it.ended().is_none());
        let shortest = running.map(|it| {
            if !it.looked {
                return FIRST_LOOK;
            }
            let age = it.seen.as_ref().and_then(|it| age(it, wall));
            let launching =
                it.seen.as_ref().is_none_or(|it| it.r#type() != Some(&JobType::Terminate));
            interval(age.unwrap_or(now.saturating_sub(it.since)), launching)
        });
        shortest.min().unwrap_or(FIRST_LOOK)
    }
}

/// The age of a job by AWS's own clock, so that a resumed process knows it too.
fn age(job: &Job, wall: Timestamp) -> Option<Duration> {
    let created: Timestamp = job.creation_date_time()?.parse().ok()?;
    Duration::try_from(wall.duration_since(created)).ok()
}
