//! From JSON to Lua.

use mlua::{Lua, Table, Value as LuaValue};
use serde_json::{Number, Value};

use super::budget::{Purse, Refusal, WHOLE};
use crate::sandbox::limits::Budget;

/// The Lua value of some JSON, within a budget. Tables are fresh, and may be changed by the script.
pub(in crate::sandbox) fn from_json(
    lua: &Lua,
    value: &Value,
    budget: Budget,
) -> Result<LuaValue, Refusal> {
    Walk { lua, purse: Purse::new(budget) }.value(value, 0)
}

struct Walk<'a> {
    lua: &'a Lua,
    purse: Purse,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<LuaValue, Refusal> {
        self.purse.node(depth)?;
        match value {
            Value::Null => Ok(LuaValue::Nil),
            Value::Bool(flag) => Ok(LuaValue::Boolean(*flag)),
            Value::Number(number) => Ok(LuaValue::Number(float(number)?)),
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                let table = self.table(items.len(), 0)?;
                for (place, item) in (1..).zip(items) {
                    let item = match self.value(item, depth + 1) {
                        Ok(LuaValue::Nil) => Err(Refusal::new("a list cannot hold `null`")),
                        item => item,
                    }
                    .map_err(|at| at.under(place.to_string()))?;
                    table.raw_push(item).map_err(|error| Refusal::vm(&error))?;
                }
                Ok(LuaValue::Table(table))
            }
            Value::Object(fields) => {
                let table = self.table(0, fields.len())?;
                for (key, field) in fields {
                    self.purse.bytes(key.len())?;
                    self.field(&table, key, field, depth + 1)?;
                }
                Ok(LuaValue::Table(table))
            }
        }
    }

    /// Sets a field of a table. A text goes straight in: as a value of its own it would cost three times
    /// as much.
    fn field(
        &mut self,
        table: &Table,
        key: &str,
        field: &Value,
        depth: usize,
    ) -> Result<(), Refusal> {
        let set = match field {
            Value::String(text) => {
                self.purse
                    .node(depth)
                    .and_then(|()| self.purse.bytes(text.len()))
                    .map_err(|at| at.under(key))?;
                table.raw_set(key, text.as_str())
            }
            other => {
                let value = self.value(other, depth).map_err(|at| at.under(key))?;
                table.raw_set(key, value)
            }
        };
        set.map_err(|error| Refusal::vm(&error))
    }

    fn text(&mut self, text: &str) -> Result<LuaValue, Refusal> {
        self.purse.bytes(text.len())?;
        self.lua.create_string(text).map(LuaValue::String).map_err(|error| Refusal::vm(&error))
    }

    fn table(&self, items: usize, fields: usize) -> Result<Table, Refusal> {
        self.lua.create_table_with_capacity(items, fields).map_err(|error| Refusal::vm(&error))
    }
}

fn float(number: &Number) -> Result<f64, Refusal> {
    let float = number.as_f64().unwrap_or(f64::NAN);
    if !float.is_finite() {
        return Err(Refusal::new("the number is not finite"));
    }
    if float.abs() > WHOLE && !number.is_f64() {
        return Err(Refusal::new("the whole number is beyond 2^53"));
    }
    Ok(float)
}
