//! The schedules of a store: a document each, and its sources under their digest, once for all that share them. Any
//! machine that reaches the store can start them; none needs the files.

use jiff::Timestamp;
use moontide_runtime::history::canonical::Hash;
use moontide_runtime::journal::{Bundle, Execution};
use moontide_runtime::store::{Change, Condition, Document, Documents, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clock;
use super::declared::Schedule;
use crate::error::{CommandError, Result, code};
use crate::next::Next;

/// The kind of schedules; each is named by its name.
pub const KIND: &str = "schedule";
/// The kind of their sources; each is named by its digest.
pub const SOURCES: &str = "schedule-sources";
/// What a document of this release says. A later one may say more.
const FORMAT: u32 = 1;

/// A schedule in a store.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The version of its document.
    pub version: u64,
    /// What the document says.
    pub terms: Terms,
}

/// What the document of a schedule says.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema, Deserialize)]
pub struct Terms {
    /// The format of the document.
    pub format: u32,
    /// The schedule, field by field as its file has it.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub schedule: Schedule,
    /// The digest of its sources.
    pub sources: String,
    /// The person who has imported it.
    pub imported_by: String,
    /// When that was.
    pub imported_at: Timestamp,
    /// Since when its times are what they are: those before are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times_since: Option<Timestamp>,
    /// A person does not want it to start anything now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Paused>,
    /// When a person let it go on; failures before count no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed_at: Option<Timestamp>,
}

/// A person does not want a schedule to start anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Paused {
    /// The person.
    pub by: String,
    /// When that was said.
    pub at: Timestamp,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What a schedule starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    /// The runbook and its modules, without the standard library: that of the release which starts it.
    pub bundle: Bundle,
    /// The `moontide.toml` beside the runbook: what it denies is denied.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub settings: String,
    /// The world of a rehearsal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub world: String,
}

impl Sources {
    /// What they are named by.
    pub fn digest(&self) -> String {
        Hash::of(&serde_json::to_vec(self).unwrap_or_default()).to_string()
    }

    /// Keeps them.
    pub async fn keep(&self, store: &dyn Documents, (by, at): (&str, Timestamp)) -> Result<String> {
        let (name, body) = (self.digest(), serde_json::to_value(self).ok());
        if store.document(SOURCES, &name).await?.is_some() {
            return Ok(name);
        }
        let (kind, condition, by) = (SOURCES.to_owned(), Condition::Any, by.to_owned());
        let change = Change { kind, name: name.clone(), body, condition, at, by, behalf: None };
        store.change(&change).await.map_err(|error| match error {
            StoreError::Refused { message, .. } => {
                let message = format!("the runbook is too large for a schedule: {message}");
                CommandError::new(code::RUNBOOK_TOO_LARGE, message)
            }
            error => error.into(),
        })?;
        Ok(name)
    }

    /// Those of this digest.
    pub async fn of(store: &dyn Documents, digest: &str) -> Result<Sources> {
        let damaged = |message: &str| {
            let message = format!("the sources {digest} of a schedule {message}");
            CommandError::new(code::STORE_DAMAGED, message)
                .hint("`moontide schedule import FILE` keeps them again")
        };
        let found = store.document(SOURCES, digest).await?;
        let found = found.ok_or_else(|| damaged("are not in the store"))?;
        let sources: Sources =
            serde_json::from_value(found.body).map_err(|error| damaged(&error.to_string()))?;
        if sources.digest() == digest { Ok(sources) } else { Err(damaged("were changed")) }
    }
}

impl Kept {
    /// The schedule of this name. An unknown one is answered with the one that was probably meant.
    pub async fn of(store: &dyn Documents, name: &str) -> Result<Kept> {
        match store.document(KIND, name).await? {
            Some(document) => Kept::read(document),
            None => Err(unknown(store, name).await),
        }
    }

    /// Each schedule with its name, in the order of those: one that cannot be read hides no other.
    pub async fn each(store: &dyn Documents) -> Result<Vec<(String, Result<Kept>)>> {
        let found = store.documents(KIND, "").await?;
        Ok(found.into_iter().map(|it| (it.name.clone(), Kept::read(it))).collect())
    }

    /// All schedules, in the order of their names.
    pub async fn all(store: &dyn Documents) -> Result<Vec<Kept>> {
        store.documents(KIND, "").await?.into_iter().map(Kept::read).collect()
    }

    /// Whether an execution began under what it says now, and not before it was imported so.
    pub fn has_begun(&self, execution: &Execution) -> bool {
        execution.created_at >= self.terms.imported_at
    }

    /// Writes it. Its version is that of what it replaces; 0: there is none.
    pub async fn write(&self, store: &dyn Documents, (by, at): (&str, Timestamp)) -> Result<Kept> {
        let body = serde_json::to_value(&self.terms).ok();
        let change = Change { body, ..self.change((by, at)) };
        let version = store.change(&change).await?;
        Ok(Kept { version, ..self.clone() })
    }

    /// The version of the document of this name, also of one that cannot be read; 0: there is none.
    pub async fn version(store: &dyn Documents, name: &str) -> Result<u64> {
        Ok(store.document(KIND, name).await?.map_or(0, |document| document.version))
    }

    /// Removes the one of this name, also where it cannot be read.
    pub async fn remove(
        store: &dyn Documents,
        name: &str,
        (by, at): (&str, Timestamp),
    ) -> Result<()> {
        let Some(document) = store.document(KIND, name).await? else {
            return Err(unknown(store, name).await);
        };
        let version = document.version;
        if let Err(error) = Kept::read(document)
            && error.code == code::NEWER_FORMAT
        {
            return Err(error);
        }
        let (kind, name, by) = (KIND.to_owned(), name.to_owned(), by.to_owned());
        let condition = Condition::At(version);
        store.change(&Change { kind, name, body: None, condition, at, by, behalf: None }).await?;
        Ok(())
    }

    fn change(&self, (by, at): (&str, Timestamp)) -> Change {
        let condition = match self.version {
            0 => Condition::New,
            version => Condition::At(version),
        };
        let (kind, name, by) = (KIND.to_owned(), self.terms.schedule.name.clone(), by.to_owned());
        Change { kind, name, body: None, condition, at, by, behalf: None }
    }

    fn read(document: Document) -> Result<Kept> {
        let name = document.name;
        let format = document.body["format"].as_u64().unwrap_or_default();
        if format > u64::from(FORMAT) {
            let message = format!("the schedule `{name}` was written by a newer release");
            return Err(CommandError::new(code::NEWER_FORMAT, message));
        }
        let terms = serde_json::from_value(document.body).map_err(|error| {
            let message = format!("the schedule `{name}` cannot be read: {error}");
            CommandError::new(code::STORE_DAMAGED, message)
                .hint("`moontide schedule import FILE` writes it anew, `moontide schedule remove NAME` removes it")
        })?;
        Ok(Kept { version: document.version, terms })
    }
}

impl Terms {
    /// Those of a schedule that is imported now, in the place of an earlier one.
    pub fn imported(
        schedule: Schedule,
        sources: String,
        (by, at): (&str, Timestamp),
        before: Option<&Terms>,
    ) -> Terms {
        let (imported_by, imported_at) = (by.to_owned(), at);
        let paused = before.and_then(|it| it.paused.clone());
        let resumed_at = before.and_then(|it| it.resumed_at);
        let has_times = |it: &&Terms| it.has_times_of(&schedule);
        // A clock that was ahead is not believed for good.
        let times_since = Some(before.filter(has_times).map_or(at, Terms::since).min(at));
        Terms {
            format: FORMAT,
            schedule,
            sources,
            imported_by,
            imported_at,
            times_since,
            paused,
            resumed_at,
        }
    }

    /// Whether its times are those of this schedule.
    pub fn has_times_of(&self, schedule: &Schedule) -> bool {
        let old = &self.schedule;
        (&old.when, &old.zone, old.start) == (&schedule.when, &schedule.zone, schedule.start)
    }

    /// When a person let it go on, by a clock that is not ahead of this one.
    pub fn resumed(&self, now: Timestamp) -> Option<Timestamp> {
        self.resumed_at.filter(|at| !clock::is_ahead(*at, now))
    }

    /// Since when its times are what they are.
    pub fn since(&self) -> Timestamp {
        self.times_since.unwrap_or(self.imported_at)
    }
}

async fn unknown(store: &dyn Documents, name: &str) -> CommandError {
    let message = format!("there is no schedule `{name}`");
    let error = CommandError::new(code::NO_SCHEDULE, message);
    let all = store.documents(KIND, "").await.unwrap_or_default();
    let names = all.iter().map(|it| it.name.as_str());
    match moontide_runtime::plan::suggest::nearest(name, names) {
        Some(nearest) => error.hint(format!("did you mean `{nearest}`?")),
        None => error.hint(Next::Schedules),
    }
}
