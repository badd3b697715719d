//! What became of each time of a schedule: a document each, written once by whichever process is first.
//!
//! A start is claimed before it is made. A process that dies in between leaves the claim, and the next one goes on from
//! there: the execution has the id of its time, so that it begins once. A time that was made up for nothing is
//! recorded as well, with the reason.

use jiff::Timestamp;
use moontide_runtime::store::{Change, Condition, Document, Documents, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declared::{moment, read_moment};

/// The kind of these documents; each is named by its schedule and its time.
pub const KIND: &str = "schedule-history";

/// What became of a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The schedule.
    pub schedule: String,
    /// The time.
    pub time: Timestamp,
    /// The version of its document.
    pub version: u64,
    /// What the document says.
    pub terms: Terms,
}

/// What the document of an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Terms {
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// When that was.
    pub at: Timestamp,
    /// The process that has written it.
    pub by: String,
}

/// What became of a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// A process has claimed its start, and has not said yet that it has begun.
    Starting,
    /// It was started.
    Started {
        /// Its execution; for what leaves none, what came of it.
        execution: String,
        /// How it has ended, for what leaves no execution.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        ended: String,
    },
    /// It was not started in time.
    Missed {
        /// Why.
        why: String,
        /// How many times before it were missed with it, and have no entry of their own.
        #[serde(default, skip_serializing_if = "is_none")]
        more: u64,
    },
    /// A hold was in force for as long as it could have been started.
    Held {
        /// Why.
        why: String,
    },
    /// It was left out as the schedule wants it.
    Skipped {
        /// Why.
        why: String,
    },
    /// It could not be started.
    Failed {
        /// Why.
        why: String,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

impl Outcome {
    /// As a word.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Starting => "starting",
            Outcome::Started { .. } => "started",
            Outcome::Missed { .. } => "missed",
            Outcome::Held { .. } => "held",
            Outcome::Skipped { .. } => "skipped",
            Outcome::Failed { .. } => "failed",
        }
    }

    /// Why, where there is a reason.
    pub fn why(&self) -> &str {
        match self {
            Outcome::Missed { why, .. }
            | Outcome::Held { why }
            | Outcome::Skipped { why }
            | Outcome::Failed { why } => why,
            Outcome::Started { ended, .. } => ended,
            Outcome::Starting => "",
        }
    }

    /// Its execution.
    pub fn execution(&self) -> Option<&str> {
        match self {
            Outcome::Started { execution, .. } => Some(execution),
            _ => None,
        }
    }

    /// Whether nothing changes it any more.
    pub fn is_final(&self) -> bool {
        !matches!(self, Outcome::Starting)
    }
}

impl Entry {
    /// The entry of a time; `None`: nothing has become of it yet.
    pub async fn of(
        store: &dyn Documents,
        schedule: &str,
        time: Timestamp,
    ) -> Result<Option<Entry>, StoreError> {
        let found = store.document(KIND, &name(schedule, time)).await?;
        found.map(|document| Entry::read(&document)).transpose()
    }

    /// All entries of a schedule, the oldest first; of all schedules, if none is named.
    pub async fn all(
        store: &dyn Documents,
        schedule: Option<&str>,
    ) -> Result<Vec<Entry>, StoreError> {
        let prefix = schedule.map(|name| format!("{name}/")).unwrap_or_default();
        let found = store.documents(KIND, &prefix).await?;
        found.iter().map(Entry::read).collect()
    }

    /// Writes the first entry of a time. [`StoreError::Conflict`] if another process was first.
    pub async fn first(
        store: &dyn Documents,
        (schedule, time): (&str, Timestamp),
        outcome: Outcome,
        (by, at): (&str, Timestamp),
    ) -> Result<Entry, StoreError> {
        let terms = Terms { outcome, at, by: by.to_owned() };
        let entry = Entry { schedule: schedule.to_owned(), time, version: 0, terms };
        entry.write(store, Condition::New).await
    }

    /// The same time, of which this has become now. [`StoreError::Conflict`] if another process has changed it since it
    /// was read.
    pub async fn becomes(
        &self,
        store: &dyn Documents,
        outcome: Outcome,
        (by, at): (&str, Timestamp),
    ) -> Result<Entry, StoreError> {
        let terms = Terms { outcome, at, by: by.to_owned() };
        let entry = Entry { terms, ..self.clone() };
        entry.write(store, Condition::At(self.version)).await
    }

    /// Forgets what became of the time: nothing has.
    pub async fn forget(
        &self,
        store: &dyn Documents,
        (by, at): (&str, Timestamp),
    ) -> Result<(), StoreError> {
        let (kind, name, by) = (KIND.to_owned(), name(&self.schedule, self.time), by.to_owned());
        let condition = Condition::At(self.version);
        let change = Change { kind, name, body: None, condition, at, by, behalf: None };
        store.change(&change).await.map(drop)
    }

    async fn write(self, store: &dyn Documents, condition: Condition) -> Result<Entry, StoreError> {
        let name = name(&self.schedule, self.time);
        let body = serde_json::to_value(&self.terms).map_err(|error| StoreError::Refused {
            kind: KIND.to_owned(),
            name: name.clone(),
            message: error.to_string(),
        })?;
        let (kind, body, at) = (KIND.to_owned(), Some(body), self.terms.at);
        let by = self.terms.by.clone();
        let change = Change { kind, name, body, condition, at, by, behalf: None };
        let version = store.change(&change).await?;
        Ok(Entry { version, ..self })
    }

    fn read(document: &Document) -> Result<Entry, StoreError> {
        let damaged = |message: String| StoreError::Damaged {
            place: format!("the {KIND} `{}`", document.name),
            message,
        };
        let (schedule, time) = document.name.rsplit_once('/').unwrap_or_default();
        let time = read_moment(time).ok_or_else(|| damaged("its name is none".to_owned()))?;
        let terms = serde_json::from_value(document.body.clone());
        let terms = terms.map_err(|error| damaged(format!("it cannot be read: {error}")))?;
        Ok(Entry { schedule: schedule.to_owned(), time, version: document.version, terms })
    }
}

fn name(schedule: &str, time: Timestamp) -> String {
    format!("{schedule}/{}", moment(time))
}
