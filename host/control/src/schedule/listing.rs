//! The schedules of a store, a row each; and what became of their times.

use jiff::Timestamp;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Store, StoreError};
use schemars::JsonSchema;
use serde::Serialize;

use super::history::Entry;
use super::kept::{Kept, Paused};
use super::progress::{Progress, Waiting};
use super::upcoming::{Coming, coming};
use crate::error::Result;
use crate::next::Next;
use crate::view::Record;

/// All of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct List {
    /// Where they are.
    pub store: String,
    /// The schedules, in the order of their names.
    pub schedules: Vec<Row>,
    /// What cannot be read of others, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
    /// The steps that make sense now.
    pub next: Vec<Next>,
}

/// A schedule in the list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What it starts.
    pub kind: &'static str,
    /// Its runbook's place, when it was imported.
    pub runbook: String,
    /// When.
    pub when: String,
    /// On whose clocks.
    pub zone: String,
    /// How it stands.
    pub state: Stand,
    /// The next time that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Coming>,
    /// What is due, and waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// The person who has paused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<Paused>,
    /// What it has started last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Last>,
}

/// How a schedule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stand {
    /// It starts at its next time.
    Ready,
    /// A time of it is due, and waits.
    Waits,
    /// A person has paused it.
    Paused,
    /// No time of it is to come.
    Ended,
}

/// What a schedule has started last.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Last {
    /// The time.
    pub time: Timestamp,
    /// The execution; empty: it could not be started.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub execution: String,
    /// How it stands, or has ended.
    pub status: String,
}

impl Stand {
    /// As a word.
    pub fn word(self) -> &'static str {
        match self {
            Stand::Ready => "ready",
            Stand::Waits => "waits",
            Stand::Paused => "paused",
            Stand::Ended => "ended",
        }
    }
}

impl List {
    /// Looks at all of them in the store at this address.
    pub async fn load(store: &dyn Store, address: String, now: Timestamp) -> Result<List> {
        let (mut schedules, mut unreadable) = (Vec::new(), Vec::new());
        for (_, kept) in Kept::each(store).await? {
            let row = match kept {
                Ok(kept) => Row::of(store, &kept, now).await,
                Err(error) => Err(error),
            };
            match row {
                Ok(row) => schedules.push(row),
                Err(error) if error.is_of_one_execution() => unreadable.push(error.message),
                Err(error) => return Err(error),
            }
        }
        let waits = schedules.iter().filter(|row| row.state == Stand::Waits);
        let next = waits.map(|row| Next::ScheduleHistory { schedule: row.name.clone() }).collect();
        Ok(List { store: address, schedules, unreadable, next })
    }
}

impl Row {
    /// How a schedule stands.
    pub async fn of(store: &dyn Store, kept: &Kept, now: Timestamp) -> Result<Row> {
        let schedule = &kept.terms.schedule;
        let progress = Progress::of(store, &schedule.name).await?.terms;
        let next = coming(schedule, now).take(100_000).find(|it| it.skipped.is_none());
        let state = match (&kept.terms.paused, &progress.waiting, &next) {
            (Some(_), ..) => Stand::Paused,
            (None, Some(_), _) => Stand::Waits,
            (None, None, Some(_)) => Stand::Ready,
            (None, None, None) => Stand::Ended,
        };
        let last = match progress.starts.last() {
            Some(start) => {
                let status = match start.ended.as_str() {
                    "" => status(store, &start.execution).await?,
                    ended => ended.to_owned(),
                };
                Some(Last { time: start.time, execution: start.execution.clone(), status })
            }
            None => None,
        };
        Ok(Row {
            name: schedule.name.clone(),
            kind: schedule.kind.word(),
            runbook: schedule.runbook.clone(),
            when: schedule.when.to_string(),
            zone: schedule.zone.to_string(),
            state,
            next,
            waiting: progress.waiting,
            paused: kept.terms.paused.clone(),
            last,
        })
    }
}

/// How an execution stands, as a word.
async fn status(store: &dyn Store, id: &str) -> Result<String> {
    match store.execution(id).await {
        Ok(_) => {}
        Err(StoreError::NotFound(_)) => return Ok("not in this store".to_owned()),
        Err(error) => return Err(error.into()),
    }
    let record = Record::load(store, id).await?;
    Ok(word(record.status()).to_owned())
}

/// A status as JSON has it.
pub fn word(status: ExecutionStatus) -> &'static str {
    match status {
        ExecutionStatus::Pending => "pending",
        ExecutionStatus::Running => "running",
        ExecutionStatus::Paused => "paused",
        ExecutionStatus::Waiting => "waiting",
        ExecutionStatus::Completed => "completed",
        ExecutionStatus::Failed => "failed",
        ExecutionStatus::Cancelled => "cancelled",
    }
}

/// What became of the times of a schedule.
#[derive(Debug, Serialize, JsonSchema)]
pub struct History {
    /// The times, the newest first.
    pub times: Vec<Became>,
}

/// What became of a time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Became {
    /// The schedule.
    pub schedule: String,
    /// The time.
    pub time: Timestamp,
    /// What became of it, as a word.
    pub outcome: &'static str,
    /// Its execution, if it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    /// How that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// When that was.
    pub at: Timestamp,
    /// The process that has written it.
    pub by: String,
}

impl History {
    /// The last so many of a schedule; of all schedules, if none is named.
    pub async fn load(store: &dyn Store, schedule: Option<&str>, count: usize) -> Result<History> {
        let mut entries = Entry::all(store, schedule).await?;
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.time));
        entries.truncate(count);
        let mut times = Vec::new();
        for entry in entries {
            let outcome = entry.terms.outcome;
            let execution = outcome.execution().map(str::to_owned);
            let leaves_one = execution.as_deref().filter(|_| outcome.why().is_empty());
            let status = match leaves_one {
                Some(execution) => Some(status(store, execution).await?),
                None => None,
            };
            times.push(Became {
                schedule: entry.schedule,
                time: entry.time,
                outcome: outcome.word(),
                execution,
                status,
                why: outcome.why().to_owned(),
                at: entry.terms.at,
                by: entry.terms.by,
            });
        }
        Ok(History { times })
    }
}
