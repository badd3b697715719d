//! What comes in: an outcome, as the values that a waiting lane goes on with. `luau/host.luau` takes them
//! apart: `true, value`, or `false, code, message, retryable, details`.

use mlua::{Lua, MultiValue, Value as LuaValue};
use serde_json::Value;

use super::convert::{Refusal, from_json};
use super::limits::Budget;
use crate::history::{EffectError, Outcome};

/// The outcome of an effect. One that cannot be read is an error that the program may catch.
pub(super) fn outcome(lua: &Lua, outcome: &Outcome, budget: Budget) -> mlua::Result<MultiValue> {
    match outcome {
        Outcome::Ok { value } => match table(lua, value, budget)? {
            Ok(value) => Ok(MultiValue::from_iter([LuaValue::Boolean(true), value])),
            Err(refusal) => {
                let message = format!("the outcome cannot be read: {refusal}");
                failure(lua, &EffectError::new("InvalidOutcome", message), budget)
            }
        },
        Outcome::Failed { error } => failure(lua, error, budget),
        Outcome::Unknown { evidence } => {
            let details = evidence.found.clone();
            let error = EffectError::new("OutcomeUnknown", &evidence.message);
            failure(lua, &EffectError { details, ..error }, budget)
        }
    }
}

/// An effect that failed. Details that cannot be read are left out.
pub(super) fn failure(lua: &Lua, error: &EffectError, budget: Budget) -> mlua::Result<MultiValue> {
    let details = table(lua, &error.details, budget)?.unwrap_or(LuaValue::Nil);
    Ok(MultiValue::from_iter([
        LuaValue::Boolean(false),
        LuaValue::String(lua.create_string(&error.code)?),
        LuaValue::String(lua.create_string(&error.message)?),
        LuaValue::Boolean(error.retryable),
        details,
    ]))
}

/// The Lua value of some JSON: a failure of the VM is one thing, a value that cannot be read another.
pub(super) fn table(
    lua: &Lua,
    value: &Value,
    budget: Budget,
) -> mlua::Result<Result<LuaValue, Refusal>> {
    match from_json(lua, value, budget) {
        Err(refusal) if refusal.exhausted => Err(mlua::Error::MemoryError(refusal.to_string())),
        other => Ok(other),
    }
}
