//! What is still to be told: a document of the store for each event and receiver.
//!
//! It is queued once, under the event's key. A teller claims it for a while before it sends, so that two tellers do not
//! tell the same at the same time; one that dies leaves the claim to run out. What a receiver has taken is deleted.
//! What it has not taken waits for its next attempt, until the budget is used up: then it stays, and is listed.
//!
//! No journal says how far the times of a schedule have been queued. What a receiver has taken of them stays for a while,
//! marked: a process that comes to queue it once more, because another one died, finds that it was told.

use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::journal::Execution;
use moontide_runtime::store::documents::{Change, Condition, Document};
use moontide_runtime::store::{Documents, Store, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::event::Event;

/// The kind of these documents.
pub const KIND: &str = "notification";
/// The kind of the documents that say how far the journal of an execution has been queued.
pub const QUEUED_UP_TO: &str = "notified";

/// For so long a teller has what it has claimed for itself: longer than any attempt takes.
pub const CLAIM: Duration = Duration::from_secs(90);

/// For so long it is remembered that a receiver was told of a time of a schedule.
const REMEMBERED: Duration = Duration::from_hours(7 * 24);

/// How the wait for a receiver stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is to be told.
    Waits,
    /// It has been attempted often enough.
    GivenUp,
    /// The receiver has taken it. Only what is told of schedules stays so.
    Told,
}

/// What the document says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// What is told.
    pub event: Event,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// How it stands.
    pub standing: Standing,
    /// How often it was attempted.
    #[serde(default)]
    pub attempts: u32,
    /// When it was attempted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempted_at: Option<Timestamp>,
    /// When it is attempted next.
    pub next_at: Timestamp,
    /// Whether all else for this receiver waits for that, too: it was not there, or wants to be left alone.
    #[serde(default)]
    pub holds: bool,
    /// The teller that is at it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub claimed_by: String,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_until: Option<Timestamp>,
    /// What the receiver said last, or why it said nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub said: String,
}

/// Something that is to be told, or could not be.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The receiver's name.
    pub receiver: String,
    /// The version of its document.
    pub version: u64,
    /// What the document says.
    pub terms: Terms,
}

/// A teller, and the time.
#[derive(Clone, Copy, Debug)]
pub struct By<'b> {
    /// The teller.
    pub teller: &'b str,
    /// The time, by its clock.
    pub at: Timestamp,
}

impl Item {
    /// Queues an event for a receiver; `false`: it is queued already.
    pub async fn queue(
        store: &dyn Documents,
        receiver: &str,
        event: &Event,
        by: By<'_>,
    ) -> Result<bool, StoreError> {
        let terms = Terms {
            event: event.clone(),
            queued_at: by.at,
            standing: Standing::Waits,
            attempts: 0,
            attempted_at: None,
            next_at: by.at,
            holds: false,
            claimed_by: String::new(),
            claimed_until: None,
            said: String::new(),
        };
        let item = Item { receiver: receiver.to_owned(), version: 0, terms };
        match item.write(store, item.terms.clone(), Condition::New, by).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// All of a receiver, or of all receivers, in the order in which it happened.
    pub async fn all(
        store: &dyn Documents,
        receiver: Option<&str>,
    ) -> Result<Vec<Item>, StoreError> {
        Ok(Item::all_and_unreadable(store, receiver).await?.0)
    }

    /// The same, and a sentence about each that cannot be read. It is left where it is: a later release may have written
    /// it.
    pub async fn all_and_unreadable(
        store: &dyn Documents,
        receiver: Option<&str>,
    ) -> Result<(Vec<Item>, Vec<String>), StoreError> {
        let prefix = receiver.map(|name| format!("{name}/")).unwrap_or_default();
        let documents = store.documents(KIND, &prefix).await?;
        let (mut items, mut unreadable) = (Vec::new(), Vec::new());
        for document in documents {
            let name = document.name.clone();
            match Item::read(document) {
                Ok(item) => items.push(item),
                Err(why) => unreadable.push(format!("the notification `{name}`: {why}")),
            }
        }
        items.sort_by(|one, other| {
            let key = |it: &Item| (it.terms.event.at, it.terms.event.sequence);
            let keys = |it: &Item| it.terms.event.key.clone();
            key(one).cmp(&key(other)).then_with(|| keys(one).cmp(&keys(other)))
        });
        Ok((items, unreadable))
    }

    fn read(document: Document) -> Result<Item, String> {
        let (receiver, _) = document.name.split_once('/').ok_or("its name is that of none")?;
        let terms = serde_json::from_value(document.body).map_err(|error| error.to_string())?;
        Ok(Item { receiver: receiver.to_owned(), version: document.version, terms })
    }

    /// Whether it is to be attempted at this time by this teller.
    pub fn is_due(&self, by: By<'_>) -> bool {
        self.terms.standing == Standing::Waits
            && self.terms.next_at <= by.at
            && !self.is_claimed(by)
    }

    /// Whether another teller is at it.
    pub fn is_claimed(&self, by: By<'_>) -> bool {
        let is_other = self.terms.claimed_by != by.teller;
        is_other && self.terms.claimed_until.is_some_and(|until| until > by.at)
    }

    /// Claims it; `None`: another teller was faster.
    pub async fn claim(&self, store: &dyn Store, by: By<'_>) -> Result<Option<Item>, StoreError> {
        let terms = Terms {
            claimed_by: by.teller.to_owned(),
            claimed_until: by.at.checked_add(CLAIM).ok(),
            attempts: self.terms.attempts + 1,
            attempted_at: Some(by.at),
            ..self.terms.clone()
        };
        match self.write(store, terms, Condition::At(self.version), by).await {
            Ok(claimed) => Ok(Some(claimed)),
            Err(StoreError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The receiver has taken it.
    pub async fn taken(&self, store: &dyn Store, by: By<'_>) -> Result<(), StoreError> {
        if self.terms.event.is_of_schedule() {
            let terms = Terms { standing: Standing::Told, next_at: by.at, ..self.terms.clone() };
            return self.settle(store, terms, by).await.map(drop);
        }
        self.forget(store, by).await
    }

    /// Whether it need not be remembered any more that it was told.
    pub fn is_old(&self, by: By<'_>) -> bool {
        let until = self.terms.next_at.checked_add(REMEMBERED);
        self.terms.standing == Standing::Told && until.is_ok_and(|until| until < by.at)
    }

    /// Takes it out of the queue.
    pub async fn forget(&self, store: &dyn Store, by: By<'_>) -> Result<(), StoreError> {
        let change = Change { body: None, ..self.change(Condition::At(self.version), by) };
        unless_changed(store.change(&change).await.map(drop))
    }

    /// The receiver has not taken it, and says why; it is attempted again after `pause`, and `holds` up all else.
    pub async fn postpone(
        &self,
        store: &dyn Store,
        (pause, holds, said): (Duration, bool, String),
        by: By<'_>,
    ) -> Result<Terms, StoreError> {
        let next_at = by.at.checked_add(pause).unwrap_or(Timestamp::MAX);
        self.settle(store, Terms { next_at, holds, said, ..self.terms.clone() }, by).await
    }

    /// It was attempted often enough.
    pub async fn give_up(
        &self,
        store: &dyn Store,
        said: String,
        by: By<'_>,
    ) -> Result<Terms, StoreError> {
        let said = if said.is_empty() { self.terms.said.clone() } else { said };
        let standing = Standing::GivenUp;
        self.settle(store, Terms { standing, holds: false, said, ..self.terms.clone() }, by).await
    }

    /// It is to be told after all, from now on.
    pub async fn revive(&self, store: &dyn Store, by: By<'_>) -> Result<(), StoreError> {
        let (standing, next_at, queued_at) = (Standing::Waits, by.at, by.at);
        let (attempts, attempted_at, holds) = (0, None, false);
        let terms = Terms {
            queued_at,
            standing,
            attempts,
            attempted_at,
            next_at,
            holds,
            ..self.terms.clone()
        };
        self.settle(store, terms, by).await.map(drop)
    }

    async fn settle(
        &self,
        store: &dyn Store,
        terms: Terms,
        by: By<'_>,
    ) -> Result<Terms, StoreError> {
        let terms = Terms { claimed_by: String::new(), claimed_until: None, ..terms };
        let written = self.write(store, terms.clone(), Condition::At(self.version), by).await;
        unless_changed(written.map(drop)).map(|()| terms)
    }

    async fn write(
        &self,
        store: &dyn Documents,
        terms: Terms,
        condition: Condition,
        by: By<'_>,
    ) -> Result<Item, StoreError> {
        let body = serde_json::to_value(&terms).map_err(|error| StoreError::Refused {
            kind: KIND.to_owned(),
            name: self.name(),
            message: error.to_string(),
        })?;
        let change = Change { body: Some(body), ..self.change(condition, by) };
        let version = store.change(&change).await?;
        Ok(Item { version, terms, ..self.clone() })
    }

    fn change(&self, condition: Condition, by: By<'_>) -> Change {
        let (kind, name, writer) = (KIND.to_owned(), self.name(), by.teller.to_owned());
        Change { kind, name, body: None, condition, at: by.at, by: writer, behalf: None }
    }

    fn name(&self) -> String {
        format!("{}/{}", self.receiver, self.terms.event.key)
    }
}

/// What another teller has changed meanwhile is its affair.
fn unless_changed(changed: Result<(), StoreError>) -> Result<(), StoreError> {
    match changed {
        Err(StoreError::Conflict { .. }) => Ok(()),
        other => other,
    }
}

/// How far the journal of an execution has been queued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// The execution's nonce: one of the same id that was begun later has another.
    #[serde(default)]
    pub nonce: String,
    /// The sequence of the last entry that was looked at.
    pub sequence: u64,
}

impl Followed {
    /// How far that is; `None`: no runner has said. What is said of another execution of this id says nothing of this
    /// one, but that events are told here: all of this one are, rather than none.
    pub async fn of(
        store: &dyn Store,
        execution: &Execution,
    ) -> Result<Option<Followed>, StoreError> {
        let document = store.document(QUEUED_UP_TO, &execution.id).await?;
        let read = document.map(Followed::read).transpose()?;
        Ok(read.map(|(_, it)| {
            let is_its = it.nonce == execution.nonce;
            if is_its { it } else { Followed { nonce: execution.nonce.clone(), sequence: 0 } }
        }))
    }

    /// The ids of all executions whose journals are queued, and how far; or why that cannot be said.
    pub async fn all(
        store: &dyn Store,
    ) -> Result<Vec<(String, Result<Followed, StoreError>)>, StoreError> {
        let documents = store.documents(QUEUED_UP_TO, "").await?;
        let read = |it: Document| (it.name.clone(), Followed::read(it).map(|(_, it)| it));
        Ok(documents.into_iter().map(read).collect())
    }

    /// What a document says. One that cannot be read is not one that is not there: what is behind would never be told.
    fn read(document: Document) -> Result<(String, Followed), StoreError> {
        let Document { name, body, .. } = document;
        match serde_json::from_value(body) {
            Ok(followed) => Ok((name, followed)),
            Err(error) => Err(StoreError::Damaged {
                place: format!("the document `{name}`"),
                message: format!("how far its events are queued cannot be read: {error}"),
            }),
        }
    }

    /// Forgets an execution of which nothing is told any more, since its journal is cut down.
    pub async fn forget(store: &dyn Store, execution: &str, by: By<'_>) -> Result<(), StoreError> {
        if store.document(QUEUED_UP_TO, execution).await?.is_none() {
            return Ok(());
        }
        let (kind, name) = (QUEUED_UP_TO.to_owned(), execution.to_owned());
        let (condition, at, by) = (Condition::Any, by.at, by.teller.to_owned());
        let change = Change { kind, name, body: None, condition, at, by, behalf: None };
        store.change(&change).await.map(drop)
    }

    /// Says that the journal of an execution has been queued up to this entry. It goes forward only.
    pub async fn say(
        store: &dyn Store,
        execution: &Execution,
        sequence: u64,
        by: By<'_>,
    ) -> Result<(), StoreError> {
        let (id, nonce) = (execution.id.clone(), execution.nonce.clone());
        let before = store.document(QUEUED_UP_TO, &id).await?;
        let condition = before.as_ref().map_or(Condition::New, |it| Condition::At(it.version));
        let known = before.map(Followed::read).transpose()?;
        if known.is_some_and(|(_, it)| it.nonce == nonce && it.sequence >= sequence) {
            return Ok(());
        }
        let change = Change {
            kind: QUEUED_UP_TO.to_owned(),
            name: id,
            body: Some(serde_json::json!({ "nonce": nonce, "sequence": sequence })),
            condition,
            at: by.at,
            by: by.teller.to_owned(),
            behalf: None,
        };
        // A teller that was faster has come as far, or the next one looks at the same entries once more.
        unless_changed(store.change(&change).await.map(drop))
    }
}
