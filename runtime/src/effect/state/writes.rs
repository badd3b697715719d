//! `state.put`, `state.compare_and_put`, `state.delete`: see the room's documentation.

use std::rc::Rc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{COMPARE_AND_PUT, DELETE, KeyInput, PUT, Place, Scope, check_key, check_value, failed};
use crate::effect::{Call, Consequences, Finding, Operation, Reply, arguments};
use crate::history::{Class, EffectError, Evidence};
use crate::store::{Behalf, Change, Condition, Document, StoreError};

/// A value for a key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PutInput {
    key: String,
    value: Value,
    #[serde(default)]
    scope: Scope,
}

/// A value for a key, if its version is still this one; 0: if there is none.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompareAndPutInput {
    key: String,
    value: Value,
    version: u64,
    #[serde(default)]
    scope: Scope,
}

/// A key to delete, if its version is still this one, where one is said.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeleteInput {
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(default)]
    scope: Scope,
}

/// What is to be written.
struct Wanted {
    input: KeyInput,
    /// `None`: it is to be deleted.
    value: Option<Value>,
    condition: Condition,
}

/// Writes a value, whatever is there.
pub(super) struct Put(pub(super) Rc<Place>);
/// Writes a value if its version is still the one that was read.
pub(super) struct CompareAndPut(pub(super) Rc<Place>);
/// Deletes a value.
pub(super) struct Delete(pub(super) Rc<Place>);

/// What the three of them have in common.
trait Write {
    const NAME: &str;

    fn place(&self) -> &Place;

    /// Reads the arguments; returns them complete, too.
    fn read(arguments: &Value) -> Result<(Wanted, Value), EffectError>;

    /// What the program sees of a write that was made, or that had nothing to do.
    fn answer(version: u64, is_written: bool) -> Value;
}

impl Write for Put {
    const NAME: &str = PUT;

    fn place(&self) -> &Place {
        &self.0
    }

    fn read(arguments: &Value) -> Result<(Wanted, Value), EffectError> {
        let PutInput { key, value, scope } = arguments::read(PUT, arguments)?;
        check_value(PUT, &key, &value)?;
        let input = KeyInput { key, scope };
        let wanted = Wanted { input, value: Some(value), condition: Condition::Any };
        Ok((wanted, arguments::check::<PutInput>(PUT, arguments)?))
    }

    fn answer(version: u64, _is_written: bool) -> Value {
        json!({ "version": version })
    }
}

impl Write for CompareAndPut {
    const NAME: &str = COMPARE_AND_PUT;

    fn place(&self) -> &Place {
        &self.0
    }

    fn read(arguments: &Value) -> Result<(Wanted, Value), EffectError> {
        let name = COMPARE_AND_PUT;
        let CompareAndPutInput { key, value, version, scope } = arguments::read(name, arguments)?;
        check_value(name, &key, &value)?;
        let condition = if version == 0 { Condition::New } else { Condition::At(version) };
        let wanted = Wanted { input: KeyInput { key, scope }, value: Some(value), condition };
        Ok((wanted, arguments::check::<CompareAndPutInput>(name, arguments)?))
    }

    fn answer(version: u64, _is_written: bool) -> Value {
        json!({ "written": true, "version": version })
    }
}

impl Write for Delete {
    const NAME: &str = DELETE;

    fn place(&self) -> &Place {
        &self.0
    }

    fn read(arguments: &Value) -> Result<(Wanted, Value), EffectError> {
        let DeleteInput { key, version, scope } = arguments::read(DELETE, arguments)?;
        let condition = version.map_or(Condition::Any, Condition::At);
        let wanted = Wanted { input: KeyInput { key, scope }, value: None, condition };
        Ok((wanted, arguments::check::<DeleteInput>(DELETE, arguments)?))
    }

    fn answer(_version: u64, is_written: bool) -> Value {
        json!({ "deleted": is_written })
    }
}

/// Writes on behalf of a call, and says what came of it.
async fn write<W: Write>(writer: &W, call: &Call) -> Result<Reply, EffectError> {
    let place = writer.place();
    let (Wanted { input: KeyInput { key, scope }, value, condition }, _) =
        W::read(&call.arguments)?;
    let wrong = |error: StoreError| failed(&error);
    let (kind, name) = place.document_of(&key, scope).await.map_err(wrong)?;
    let change = Change {
        kind: kind.to_owned(),
        name,
        body: value,
        condition,
        at: place.clock.now(),
        by: place.lease.execution.clone(),
        behalf: Some(Behalf { lease: place.lease.clone(), key: call.key.clone() }),
    };
    match place.store.change(&change).await {
        Ok(version) if change.body.is_some() => Ok(Reply::ok(W::answer(version, true))),
        // Whether there was anything to delete, the mark says.
        Ok(version) => Ok(match found(place, call).await {
            Ok(mark) => Reply::ok(W::answer(version, mark.is_some())),
            Err(error) => unseen(&error),
        }),
        Err(StoreError::Conflict { .. }) => {
            // What stands in its way may be what an earlier call of it has made, which arrived late.
            if let Some(version) = found(place, call).await.map_err(wrong)? {
                return Ok(Reply::ok(W::answer(version, true)));
            }
            let there = place.find(&key, scope).await.map_err(wrong)?;
            Ok(Reply::ok(late(change.body.is_none(), there)))
        }
        // It may have been made all the same.
        Err(error @ StoreError::Unusable { .. }) => Ok(match found(place, call).await {
            Ok(Some(version)) => Reply::ok(W::answer(version, true)),
            Ok(None) => Reply::failed(failed(&error)),
            Err(_) => unseen(&error),
        }),
        Err(error) => Err(failed(&error)),
    }
}

/// What the program sees of a write that came too late: what is there now.
fn late(is_deletion: bool, there: Option<Document>) -> Value {
    let field = if is_deletion { "deleted" } else { "written" };
    match there {
        None => json!({ field: false, "version": 0 }),
        Some(there) => json!({ field: false, "version": there.version, "value": there.body }),
    }
}

/// It was not seen whether it was made: it is looked for once the store answers.
fn unseen(error: &StoreError) -> Reply {
    Reply::unknown(Evidence::new(error.to_string()))
}

/// The version that a call has made.
async fn found(place: &Place, call: &Call) -> Result<Option<u64>, StoreError> {
    place.store.changed(&place.lease.execution, &call.key).await
}

#[async_trait(?Send)]
impl<W: Write> Operation for W {
    fn name(&self) -> &'static str {
        W::NAME
    }

    fn class(&self) -> Class {
        super::class(self.name())
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        let (wanted, complete) = W::read(arguments)?;
        check_key(W::NAME, &wanted.input.key)?;
        Ok(complete)
    }

    fn is_kept(&self) -> bool {
        true
    }

    async fn consequences(&self, call: &Call) -> Result<Consequences, EffectError> {
        match &self.place().client {
            None => Ok(Consequences::default()),
            Some(client) => {
                let message = format!(
                    "`{}`: what acts for the execution `{client}` may read its state, and changes none",
                    call.operation
                );
                Err(EffectError::new("StateReadOnly", message))
            }
        }
    }

    async fn perform(&self, call: &Call) -> Reply {
        write(self, call).await.unwrap_or_else(Reply::failed)
    }

    async fn reconcile(&self, call: &Call, _intended_at: Timestamp) -> Finding {
        match found(self.place(), call).await {
            Ok(Some(version)) => Finding::Happened(Reply::ok(W::answer(version, true))),
            // No other runner writes under this lease, so what has left no mark never will.
            Ok(None) => Finding::Absent,
            Err(error) => {
                let error = failed(&error);
                match error.unavailable {
                    Some(_) => Finding::Unseen(error),
                    None => Finding::Undecided(Evidence::new(error.message)),
                }
            }
        }
    }
}
