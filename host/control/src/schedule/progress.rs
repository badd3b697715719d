//! How far a schedule is: which of its times are decided, what waits, and what it has started last. A document each; what
//! it says is made anew from the history where it was lost on the way.

use jiff::Timestamp;
use moontide_runtime::store::{Change, Condition, Documents, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::history::{Entry, Outcome};

/// The kind of these documents; each is named by its schedule.
pub const KIND: &str = "schedule-progress";
/// So many of the last starts are remembered.
pub const MOST_STARTS: usize = 20;

/// How far a schedule is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The schedule.
    pub schedule: String,
    /// The version of its document; 0: there is none.
    pub version: u64,
    /// What the document says.
    pub terms: Terms,
}

/// What the document says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// All times up to this one are decided; `None`: none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Timestamp>,
    /// What is due, and cannot start yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// What it has started last, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<Start>,
    /// The last time that it has missed, and no start since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<Missed>,
    /// The last time that was held, and whether receivers were told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

/// A time that is held, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The time.
    pub time: Timestamp,
    /// Why it was held first.
    pub why: String,
    /// Whether receivers were told.
    pub is_told: bool,
}

/// A time that is due, and waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Waiting {
    /// The time.
    pub time: Timestamp,
    /// For what.
    pub why: String,
    /// Whether for the end of the one before, as the schedule wants it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_queued: bool,
    /// Since when.
    pub since: Timestamp,
}

/// A time that was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The time.
    pub time: Timestamp,
    /// The execution; empty: it could not be started.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub execution: String,
    /// How it has ended, for what leaves no execution.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ended: String,
}

/// A time that was missed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Missed {
    /// The time.
    pub time: Timestamp,
    /// Why.
    pub why: String,
}

impl Progress {
    /// How far a schedule is.
    pub async fn of(store: &dyn Documents, schedule: &str) -> Result<Progress, StoreError> {
        let found = store.document(KIND, schedule).await?;
        let (version, terms) = match found {
            None => (0, Terms::default()),
            Some(document) => {
                let terms = serde_json::from_value(document.body).map_err(|error| {
                    let place = format!("the {KIND} `{schedule}`");
                    StoreError::Damaged { place, message: error.to_string() }
                })?;
                (document.version, terms)
            }
        };
        Ok(Progress { schedule: schedule.to_owned(), version, terms })
    }

    /// The same behind what became of a time.
    #[must_use]
    pub fn behind(&self, entry: &Entry) -> Terms {
        let mut terms = self.terms.clone();
        terms.decided = terms.decided.max(Some(entry.time));
        terms.waiting = terms.waiting.filter(|it| it.time > entry.time);
        let is_known = |start: &Start| start.time == entry.time;
        let is_new = !terms.starts.iter().any(is_known);
        let start = match &entry.terms.outcome {
            Outcome::Started { execution, ended } => Some((execution.clone(), ended.clone())),
            // It counts as a failure as well.
            Outcome::Failed { why } => Some((String::new(), format!("failed: {why}"))),
            _ => None,
        };
        if let Some((execution, ended)) = start.filter(|_| is_new) {
            terms.starts.push(Start { time: entry.time, execution, ended });
            terms.starts.sort_by_key(|start| start.time);
            let more = terms.starts.len().saturating_sub(MOST_STARTS);
            terms.starts.drain(..more);
        }
        match &entry.terms.outcome {
            Outcome::Started { .. } => {
                terms.missed = terms.missed.filter(|missed| missed.time > entry.time);
            }
            Outcome::Missed { why, .. } | Outcome::Failed { why } => {
                terms.missed = Some(Missed { time: entry.time, why: why.clone() });
            }
            Outcome::Held { why } => {
                let why = format!("it was held until it was too late: {why}");
                terms.missed = Some(Missed { time: entry.time, why });
            }
            _ => {}
        }
        terms
    }

    /// The same while a time waits; whether it is held is told.
    #[must_use]
    pub fn at(&self, waiting: Waiting, is_held: bool) -> Terms {
        let mut terms = self.terms.clone();
        let (time, why) = (waiting.time, waiting.why.clone());
        if is_held && terms.held.as_ref().is_none_or(|held| held.time != time) {
            terms.held = Some(Held { time, why, is_told: false });
        }
        let is_same = |it: &Waiting| it.time == time && it.is_queued == waiting.is_queued;
        let before = terms.waiting.take().filter(is_same);
        let since = before.map_or(waiting.since, |it| it.since);
        terms.waiting = Some(Waiting { since, ..waiting });
        terms
    }

    /// Writes it, if no other process has since it was read; what that one has written is as good. Returns it as it is
    /// in the store then.
    pub async fn write(
        &self,
        store: &dyn Documents,
        terms: Terms,
        (by, at): (&str, Timestamp),
    ) -> Result<Progress, StoreError> {
        if terms == self.terms {
            return Ok(self.clone());
        }
        let condition = match self.version {
            0 => Condition::New,
            version => Condition::At(version),
        };
        let body = serde_json::to_value(&terms).ok();
        let (kind, name, by) = (KIND.to_owned(), self.schedule.clone(), by.to_owned());
        let change = Change { kind, name, body, condition, at, by, behalf: None };
        match store.change(&change).await {
            Ok(version) => Ok(Progress { version, terms, ..self.clone() }),
            Err(StoreError::Conflict { .. }) => Progress::of(store, &self.schedule).await,
            Err(error) => Err(error),
        }
    }
}
