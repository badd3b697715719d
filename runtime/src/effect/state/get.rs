//! `state.get`: see the room's documentation.

use std::rc::Rc;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::{GET, KeyInput, Place, check_key, failed};
use crate::effect::{Call, Consequences, Operation, Reply, arguments};
use crate::history::{Class, EffectError};
use crate::store::Document;

/// Reads what there is of a key: version 0 if there is nothing.
pub(super) struct Get(pub(super) Rc<Place>);

#[async_trait(?Send)]
impl Operation for Get {
    fn name(&self) -> &'static str {
        GET
    }

    fn class(&self) -> Class {
        super::class(self.name())
    }

    fn check(&self, arguments: &Value) -> Result<Value, EffectError> {
        let input: KeyInput = arguments::read(GET, arguments)?;
        check_key(GET, &input.key)?;
        arguments::check::<KeyInput>(GET, arguments)
    }

    fn is_kept(&self) -> bool {
        true
    }

    async fn consequences(&self, _call: &Call) -> Result<Consequences, EffectError> {
        Ok(Consequences::default())
    }

    async fn perform(&self, call: &Call) -> Reply {
        let input: KeyInput = match arguments::read(GET, &call.arguments) {
            Ok(input) => input,
            Err(error) => return Reply::failed(error),
        };
        match self.0.find(&input.key, input.scope).await {
            Ok(found) => Reply::ok(shown(found)),
            Err(error) => Reply::failed(failed(&error)),
        }
    }
}

/// What a program sees of it.
fn shown(found: Option<Document>) -> Value {
    match found {
        None => json!({ "version": 0 }),
        Some(Document { version, body, written_at, written_by, .. }) => json!({
            "version": version,
            "value": body,
            "written_at": written_at,
            "written_by": written_by,
        }),
    }
}
