//! What a lane asks for, in the engine's terms.

use mlua::Value as LuaValue;
use serde_json::Value;

use super::convert::to_json;
use super::guard::Guard;
use super::limits::Budget;
use crate::history::Lane;

/// A lane wants an effect, and waits for its outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The lane that asks.
    pub lane: Lane,
    /// The effect's place in the lane, counted from 1.
    pub position: u32,
    /// The operation, as the script names it.
    pub operation: String,
    /// Its arguments, unchecked. `[]` stands for an object without fields too.
    pub arguments: Value,
    /// Where the runbook asks: `file:line` of the innermost frame in its own folder; empty if there is
    /// none.
    pub site: String,
}

impl Ask {
    /// Reads an ask, or says what cannot leave. Place and position are filled in by the program.
    pub(super) fn of(
        lane: Lane,
        operation: &LuaValue,
        arguments: &LuaValue,
        budget: Budget,
        guard: &Guard,
    ) -> Result<Ask, String> {
        let operation = match to_json(operation, budget, guard) {
            Ok(Value::String(name)) if is_name(&name) => name,
            _ => return Err("an operation is named like `service.verb`".to_owned()),
        };
        match to_json(arguments, budget, guard) {
            Ok(arguments) => {
                Ok(Ask { lane, position: 0, operation, arguments, site: String::new() })
            }
            Err(refusal) => Err(format!("the arguments of {operation} cannot leave: {refusal}")),
        }
    }
}

/// Lower-case words with dots and underscores, at most 100 letters: nothing that could upset a log.
fn is_name(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
    !name.is_empty() && name.len() <= 100 && name.chars().all(letter)
}
