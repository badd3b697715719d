//! Where the state of an execution is, and which keys and values it takes.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Clock;
use crate::history::{Class, EffectError, Unavailable};
use crate::store::documents::OF_EXECUTIONS;
use crate::store::{Change, Condition, Document, Lease, Store, StoreError};

/// The names of all of them.
pub const NAMES: [&str; 4] = [GET, PUT, COMPARE_AND_PUT, DELETE];

/// What a crash in the middle of one of them means: a write carries a token, by which the store knows it again.
pub fn class(operation: &str) -> Class {
    if operation == GET { Class::Read } else { Class::Token }
}

pub(super) const GET: &str = "state.get";
pub(super) const PUT: &str = "state.put";
pub(super) const COMPARE_AND_PUT: &str = "state.compare_and_put";
pub(super) const DELETE: &str = "state.delete";

/// The kind of document that every execution of a runbook shares. Named by the runbook and the key.
pub const OF_RUNBOOKS: &str = "runbook-state";
/// No key has more bytes.
pub(super) const LONGEST_KEY: usize = 200;
/// No value has more bytes as JSON. Each is journaled when it is written, and when it is read.
pub(super) const LONGEST_VALUE: usize = 64 * 1024;

/// Where the state of an execution is.
pub struct Place {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The lease under which the execution is driven.
    pub lease: Lease,
    /// Its runbook's name.
    pub runbook: String,
    /// The execution on whose behalf it acts: a cleanup reads the state of what it cleans up after.
    pub client: Option<String>,
    /// Whose time a value is written at.
    pub clock: Arc<dyn Clock>,
}

/// The change by which a runbook remembers a value that no execution of it has written: what a rehearsal begins with.
pub fn given(
    runbook: &str,
    (key, value): (&str, &Value),
    at: Timestamp,
    by: &str,
) -> Result<Change, EffectError> {
    check_key("state", key)?;
    check_value("state", key, value)?;
    Ok(Change {
        kind: OF_RUNBOOKS.to_owned(),
        name: format!("{runbook}/{key}"),
        body: Some(value.clone()),
        condition: Condition::Any,
        at,
        by: by.to_owned(),
        behalf: None,
    })
}

/// Whose state a key is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Scope {
    /// That of the runbook, which all its executions in this store share.
    #[default]
    Runbook,
    /// That of this execution only.
    Execution,
}

/// A key of a scope.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyInput {
    pub(super) key: String,
    #[serde(default)]
    pub(super) scope: Scope,
}

impl Place {
    /// The document in which a key's value is: its kind, and its name.
    pub(super) async fn document_of(
        &self,
        key: &str,
        scope: Scope,
    ) -> Result<(&'static str, String), StoreError> {
        let (kind, owner) = match (scope, &self.client) {
            (Scope::Runbook, None) => (OF_RUNBOOKS, self.runbook.clone()),
            (Scope::Execution, None) => (OF_EXECUTIONS, self.lease.execution.clone()),
            (Scope::Execution, Some(client)) => (OF_EXECUTIONS, client.clone()),
            (Scope::Runbook, Some(client)) => {
                (OF_RUNBOOKS, self.store.execution(client).await?.plan.name)
            }
        };
        Ok((kind, format!("{owner}/{key}")))
    }

    /// What there is of a key.
    pub(super) async fn find(
        &self,
        key: &str,
        scope: Scope,
    ) -> Result<Option<Document>, StoreError> {
        let (kind, name) = self.document_of(key, scope).await?;
        self.store.document(kind, &name).await
    }
}

pub(super) fn check_key(operation: &str, key: &str) -> Result<(), EffectError> {
    if key.is_empty() || key.len() > LONGEST_KEY || key.chars().any(char::is_control) {
        let message = format!(
            "`{operation}`: a `key` has 1 to {LONGEST_KEY} bytes, and no control characters"
        );
        return Err(EffectError::new("InvalidArguments", message));
    }
    Ok(())
}

pub(super) fn check_value(operation: &str, key: &str, value: &Value) -> Result<(), EffectError> {
    let bytes = value.to_string().len();
    let problem = match value {
        Value::Null => "is null, and `state.delete` deletes".to_owned(),
        _ if bytes > LONGEST_VALUE => {
            format!("has {bytes} bytes as JSON, and {LONGEST_VALUE} are the most")
        }
        _ => return Ok(()),
    };
    let message = format!("`{operation}`: the value of `{key}` {problem}");
    Err(EffectError::new("InvalidArguments", message))
}

/// What a store that does not do as asked means for an effect. That the store cannot be reached, that another runner has
/// taken over, and that the execution goes on in another store is trouble of the runner: nothing was certainly written, and a repetition would find its mark.
pub(in crate::effect) fn failed(error: &StoreError) -> EffectError {
    let (code, cause) = match error {
        StoreError::Fenced { .. }
        | StoreError::Held { .. }
        | StoreError::Lapsed { .. }
        | StoreError::Sealed { .. } => ("LeaseLost", Some(Unavailable::Lease)),
        StoreError::Unusable { .. } => ("StoreUnusable", Some(Unavailable::Busy)),
        StoreError::Refused { .. } => ("InvalidArguments", None),
        _ => ("StateUnreadable", None),
    };
    let failed = EffectError::new(code, error.to_string());
    match cause {
        Some(cause) => failed.as_unavailable(cause),
        None => failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Format;
    use crate::store::{Moved, Seal};

    #[test]
    fn that_the_execution_goes_on_elsewhere_fails_no_wave() {
        let moved = Moved {
            at: Timestamp::UNIX_EPOCH,
            by: "ann".to_owned(),
            to: "there".to_owned(),
            store: None,
            format: Format::CURRENT,
        };
        let seal = Box::new(Seal::Moved(moved));
        let sealed = StoreError::Sealed { execution: "x".to_owned(), seal };
        let fenced = StoreError::Fenced { ours: 1, current: 2 };
        assert_eq!(
            [failed(&sealed).unavailable, failed(&fenced).unavailable],
            [Some(Unavailable::Lease); 2]
        );
        assert_eq!(failed(&StoreError::NotFound("x".to_owned())).unavailable, None);
    }
}
