//! Obligations: what must be done for an execution some time after its end, such as its cleanup, by the runner that is
//! there then. Each is a document, so that it survives every crash, and changes under a condition: one carrier takes it.
//!
//! It is written before its execution is created, under the nonce that the execution will have. A crash between the two
//! leaves an obligation that is void; one of an execution that is there is never missing. Several commands that start
//! the same id write one each, and that of the execution which was created counts.
//!
//! The time runs from the execution's last end. One that is taken up again has not ended: the clock stops.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::documents::{self, Belongings, Change, Condition, Document};
use super::{Store, StoreError};
use crate::history::{Body, Entry, Execution};
use crate::machine;
use crate::machine::{ExecutionStatus, Graph, State};
use crate::plan::duration;

/// The kind of these documents.
pub const KIND: &str = documents::OBLIGATION;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// What a drill has launched is terminated.
    Cleanup,
    /// The same, where the drill completes. It is another word, so that an earlier release, which would terminate it in
    /// any case, cannot read it and leaves it alone.
    CleanupIfCompleted,
}

impl What {
    /// As a word.
    pub fn word(self) -> &'static str {
        match self {
            What::Cleanup | What::CleanupIfCompleted => "cleanup",
        }
    }
}

/// The ends of an execution after which something is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// However it ends.
    All,
    /// Where it completes: what has failed is left to be looked at.
    Completed,
}

impl Ends {
    /// Whether an execution that stands so calls for it, or may still come to.
    fn have(self, status: ExecutionStatus) -> bool {
        self == Ends::All || !status.is_terminal() || status == ExecutionStatus::Completed
    }
}

/// Something that is owed, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// The execution for which it is owed.
    pub execution: String,
    /// The nonce of that execution: another one of the same id owes nothing by it.
    pub nonce: String,
    /// The version of its document.
    pub version: u64,
    /// What the document says.
    pub terms: Terms,
}

/// What the document of an obligation says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What is to be done.
    pub what: What,
    /// How long after the end.
    #[serde(with = "written")]
    pub after: Duration,
    /// The operator who has asked for it.
    pub by: String,
    /// When that was.
    pub made_at: Timestamp,
    /// How far it is.
    #[serde(flatten)]
    pub state: Progress,
}

impl Terms {
    /// After which ends it is owed.
    pub fn ends(&self) -> Ends {
        match self.what {
            What::Cleanup => Ends::All,
            What::CleanupIfCompleted => Ends::Completed,
        }
    }
}

/// How far an obligation is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Progress {
    /// No carrier has taken it.
    Owed,
    /// A carrier has chosen the execution in which it is carried out; each later carrier goes on with that one.
    Taken {
        /// The execution that carries it out, which is perhaps not begun.
        carried_by: String,
        /// The carrier that has taken it.
        taken_by: String,
        /// When that was.
        taken_at: Timestamp,
        /// Why it is not done, as the last carrier saw it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// It is done.
    Done {
        /// The execution that has done it; `None`: there was nothing to do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        carried_by: Option<String>,
        /// The carrier that has seen that.
        done_by: String,
        /// When that was.
        done_at: Timestamp,
    },
    /// An operator does not want it to be done.
    Dropped {
        /// The operator.
        dropped_by: String,
        /// When it was dropped.
        dropped_at: Timestamp,
        /// Why.
        reason: String,
    },
}

impl Obligation {
    /// Owes something to an execution that is about to be created.
    pub async fn owe(
        store: &dyn Store,
        execution: &Execution,
        what: What,
        (after, ends): (Duration, Ends),
    ) -> Result<Obligation, StoreError> {
        let (by, made_at) = (execution.created_by.clone(), execution.created_at);
        let what = match (what, ends) {
            (What::Cleanup, Ends::Completed) => What::CleanupIfCompleted,
            (what, _) => what,
        };
        let terms = Terms { what, after, by: by.clone(), made_at, state: Progress::Owed };
        let (id, nonce) = (execution.id.clone(), execution.nonce.clone());
        let owed = Obligation { execution: id, nonce, version: 0, terms };
        match owed.write(store, owed.terms.clone(), Condition::New, (&by, made_at)).await {
            // A lost reply has left the same; or another process owes it, and it may be taken or dropped by now.
            Err(error @ StoreError::Conflict { .. }) => {
                Obligation::of(store, execution, what).await?.ok_or(error)
            }
            written => written,
        }
    }

    /// What is owed for an execution, or was.
    pub async fn of(
        store: &dyn Store,
        execution: &Execution,
        what: What,
    ) -> Result<Option<Obligation>, StoreError> {
        // An execution of an earlier release has none.
        if execution.nonce.is_empty() {
            return Ok(None);
        }
        let name = name(&execution.id, what, &execution.nonce);
        store.document(KIND, &name).await?.map(|document| Obligation::read(&document)).transpose()
    }

    /// All obligations of a store, also void ones, and those that are done; those of one execution if it is named.
    pub async fn all(
        store: &dyn Store,
        execution: Option<&str>,
    ) -> Result<Vec<Result<Obligation, StoreError>>, StoreError> {
        let prefix = execution.map(Belongings::prefix).unwrap_or_default();
        let documents = store.documents(KIND, &prefix).await?;
        Ok(documents.iter().map(Obligation::read).collect())
    }

    fn read(document: &Document) -> Result<Obligation, StoreError> {
        let damaged = |message: String| StoreError::Damaged {
            place: format!("the obligation `{}`", document.name),
            message,
        };
        let mut parts = document.name.split('/');
        let (Some(execution), Some(_), Some(nonce)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(damaged("its name is not that of one".to_owned()));
        };
        let terms = serde_json::from_value(document.body.clone());
        let terms = terms.map_err(|error| damaged(format!("it cannot be read: {error}")))?;
        let (execution, nonce) = (execution.to_owned(), nonce.to_owned());
        Ok(Obligation { execution, nonce, version: document.version, terms })
    }

    /// Whether it was made for this execution, and not for another one of the same id.
    pub fn is_of(&self, execution: &Execution) -> bool {
        self.execution == execution.id && self.nonce == execution.nonce
    }

    /// Whether it is still to be done.
    pub fn is_open(&self) -> bool {
        matches!(self.terms.state, Progress::Owed | Progress::Taken { .. })
    }

    /// Whether its execution, which stands so, has ended in a way after which it is not owed. One that is taken up again
    /// may still come to owe it.
    pub fn is_spared(&self, status: ExecutionStatus) -> bool {
        self.is_open() && !self.terms.ends().have(status)
    }

    /// The execution that carries it out, or has.
    pub fn carried_by(&self) -> Option<&str> {
        match &self.terms.state {
            Progress::Taken { carried_by, .. } => Some(carried_by),
            Progress::Done { carried_by, .. } => carried_by.as_deref(),
            Progress::Owed | Progress::Dropped { .. } => None,
        }
    }

    /// When it falls due for an execution that has ended then and so; `None`: it is not to be done, or the execution is
    /// not over.
    pub fn due(&self, ended: Option<(Timestamp, ExecutionStatus)>) -> Option<Timestamp> {
        let (ended, status) = ended.filter(|_| self.is_open())?;
        let ended = Some(ended).filter(|_| self.terms.ends().have(status))?;
        Some(ended.checked_add(self.terms.after).unwrap_or(Timestamp::MAX))
    }

    /// Takes it, to carry it out in this execution, once more where that is chosen already. [`StoreError::Conflict`] if
    /// another carrier was quicker, or an operator has dropped it since it was read.
    pub async fn take(
        &self,
        store: &dyn Store,
        carried_by: &str,
        by: (&str, Timestamp),
    ) -> Result<Obligation, StoreError> {
        if self.carried_by() == Some(carried_by) {
            return self.become_of(store, self.terms.state.clone(), by).await;
        }
        let (carried_by, taken_by, taken_at) = (carried_by.to_owned(), by.0.to_owned(), by.1);
        let state = Progress::Taken { carried_by, taken_by, taken_at, note: String::new() };
        self.become_of(store, state, by).await
    }

    /// Says why it is not done yet, if it was taken.
    pub async fn note(
        &self,
        store: &dyn Store,
        why: &str,
        by: (&str, Timestamp),
    ) -> Result<Obligation, StoreError> {
        let mut state = self.terms.state.clone();
        match &mut state {
            Progress::Taken { note, .. } if note != why => why.clone_into(note),
            _ => return Ok(self.clone()),
        }
        self.become_of(store, state, by).await
    }

    /// It is done, in this execution if there was anything to do.
    pub async fn settle(
        &self,
        store: &dyn Store,
        carried_by: Option<&str>,
        by: (&str, Timestamp),
    ) -> Result<Obligation, StoreError> {
        let (done_by, done_at) = (by.0.to_owned(), by.1);
        let carried_by = carried_by.map(str::to_owned);
        self.become_of(store, Progress::Done { carried_by, done_by, done_at }, by).await
    }

    /// An operator does not want it to be done.
    pub async fn give_up(
        &self,
        store: &dyn Store,
        reason: &str,
        by: (&str, Timestamp),
    ) -> Result<Obligation, StoreError> {
        let (dropped_by, dropped_at, reason) = (by.0.to_owned(), by.1, reason.to_owned());
        self.become_of(store, Progress::Dropped { dropped_by, dropped_at, reason }, by).await
    }

    /// Its execution is about to go on, so what was done for it is owed once more. What is open is written anew as it
    /// is: a carrier that found the execution at its end settles nothing any more. [`StoreError::Conflict`] if it has
    /// changed since it was read.
    pub async fn renew(
        &self,
        store: &dyn Store,
        by: (&str, Timestamp),
    ) -> Result<Obligation, StoreError> {
        let state = match &self.terms.state {
            Progress::Done { .. } => Progress::Owed,
            Progress::Owed | Progress::Taken { .. } => self.terms.state.clone(),
            Progress::Dropped { .. } => return Ok(self.clone()),
        };
        self.become_of(store, state, by).await
    }

    /// Forgets one that is void.
    pub async fn forget(
        &self,
        store: &dyn Store,
        (by, at): (&str, Timestamp),
    ) -> Result<(), StoreError> {
        let change = Change { body: None, ..self.change(Condition::At(self.version), (by, at)) };
        store.change(&change).await.map(drop)
    }

    async fn become_of(
        &self,
        store: &dyn Store,
        state: Progress,
        by: (&str, Timestamp),
    ) -> Result<Obligation, StoreError> {
        let terms = Terms { state, ..self.terms.clone() };
        self.write(store, terms, Condition::At(self.version), by).await
    }

    async fn write(
        &self,
        store: &dyn Store,
        terms: Terms,
        condition: Condition,
        by: (&str, Timestamp),
    ) -> Result<Obligation, StoreError> {
        let body = serde_json::to_value(&terms).map_err(|error| StoreError::Refused {
            kind: KIND.to_owned(),
            name: self.name(),
            message: error.to_string(),
        })?;
        let change = Change { body: Some(body), ..self.change(condition, by) };
        let version = store.change(&change).await?;
        Ok(Obligation { version, terms, ..self.clone() })
    }

    fn change(&self, condition: Condition, (by, at): (&str, Timestamp)) -> Change {
        let (kind, by) = (KIND.to_owned(), by.to_owned());
        Change { kind, name: self.name(), body: None, condition, at, by, behalf: None }
    }

    fn name(&self) -> String {
        name(&self.execution, self.terms.what, &self.nonce)
    }
}

fn name(execution: &str, what: What, nonce: &str) -> String {
    format!("{}{}/{nonce}", Belongings::prefix(execution), what.word())
}

/// When an execution with this journal came to its last end, and to which; `None`: it is not over.
pub fn ended(graph: &Graph, entries: &[Entry]) -> Option<(Timestamp, ExecutionStatus)> {
    let (mut state, mut ended) = (State::new(graph), None);
    for entry in entries {
        let Body::Event { event } = &entry.body else { continue };
        let Ok((next, _)) = machine::apply(graph, state.clone(), entry.at, event) else { continue };
        let since = ended.map_or(entry.at, |(since, _)| since);
        ended = Some((since, next.status())).filter(|(_, status)| status.is_terminal());
        state = next;
    }
    ended
}

/// Durations as people write them.
mod written {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Duration, duration};

    pub(super) fn serialize<S: Serializer>(
        after: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&duration::format(*after))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let text = String::deserialize(deserializer)?;
        duration::parse_any(&text).ok_or_else(|| D::Error::custom("`after` is no length of time"))
    }
}

#[cfg(test)]
mod tests;
