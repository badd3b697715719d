//! Whether a holder of a claim is over.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::Holder;
use crate::history::last_signal;
use crate::machine::outlook::{Moments, outlook};
use crate::machine::{ExecutionStatus, Graph};
use crate::store::{Moved, Seal, Store, StoreError};

/// A claim is taken a moment before its execution is created. After so long the runner died in between.
const TO_BE_CREATED: SignedDuration = SignedDuration::from_secs(30);

/// How a holder stands that is not over.
#[derive(Clone, Debug, PartialEq)]
pub enum Stands {
    /// Here, and this is its status.
    Here(ExecutionStatus),
    /// It is about to be created.
    Beginning,
    /// It goes on in another store, or it has not arrived there yet.
    Moved(Moved),
    /// It cannot be read: that says nothing of it.
    Unread(String),
}

/// What is said of the execution, behind `which`.
impl fmt::Display for Stands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stands::Here(status) => {
                let word = serde_json::to_value(status).unwrap_or_default();
                write!(f, "is {}", word.as_str().unwrap_or_default())
            }
            Stands::Beginning => f.write_str("is about to begin"),
            Stands::Moved(moved) => write!(f, "goes on in {}", moved.to),
            Stands::Unread(why) => write!(f, "cannot be read: {why}"),
        }
    }
}

/// How a holder stands; `None`: it is over, or is not in this store, so that its claim says nothing.
pub async fn of(
    store: &dyn Store,
    holder: &Holder,
    now: Timestamp,
) -> Result<Option<Stands>, StoreError> {
    match look(store, &holder.execution).await {
        Err(StoreError::NotFound(_)) => {
            let age = now.duration_since(holder.since).abs();
            Ok((age < TO_BE_CREATED).then_some(Stands::Beginning))
        }
        Err(error @ (StoreError::Format { .. } | StoreError::Damaged { .. })) => {
            Ok(Some(Stands::Unread(error.to_string())))
        }
        stands => stands,
    }
}

async fn look(store: &dyn Store, id: &str) -> Result<Option<Stands>, StoreError> {
    let execution = store.execution(id).await?;
    if execution.is_adopted() {
        return Ok(None);
    }
    let graph = Graph::of(&execution);
    let entries = store.journal(id, 1).await?;
    let signals = store.signals(id, last_signal(&entries)).await?;
    let moments = Moments { begins: execution.created_at, silence: None };
    let outlook = outlook(&graph, &entries, signals, moments);
    let status = match outlook.state.status() {
        // The signals that wait may make it go on.
        status if status.is_terminal() => outlook.ahead.status(),
        status => status,
    };
    if status.is_terminal() {
        return Ok(None);
    }
    let seal = match store.archive() {
        Some(archive) => archive.seal(id).await?,
        None => None,
    };
    Ok(Some(match seal {
        Some(Seal::Moved(moved)) => Stands::Moved(moved),
        Some(Seal::Pruned(_)) | None => Stands::Here(status),
    }))
}
