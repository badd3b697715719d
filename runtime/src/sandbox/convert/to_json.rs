//! From Lua to JSON.

use std::ffi::c_void;

use mlua::{Integer, LuaString, Table, Value as Lua};
use serde_json::{Map, Value};

use super::budget::{Purse, Refusal, WHOLE};
use crate::sandbox::guard::Guard;
use crate::sandbox::limits::Budget;

/// The JSON of a Lua value, within a budget and the slice that the guard watches. Where a limit trips on the
/// way, the guard knows it.
pub(in crate::sandbox) fn to_json(
    value: &Lua,
    budget: Budget,
    guard: &Guard,
) -> Result<Value, Refusal> {
    Walk { purse: Purse::new(budget), guard, tables: 0, open: Vec::new() }.value(value)
}

struct Walk<'g> {
    purse: Purse,
    guard: &'g Guard,
    /// How many tables have been walked.
    tables: usize,
    /// The tables around the current one, to notice one that holds itself.
    open: Vec<*const c_void>,
}

impl Walk<'_> {
    fn value(&mut self, value: &Lua) -> Result<Value, Refusal> {
        self.purse.node(self.open.len())?;
        self.guard.tick().map_err(Refusal::tripped)?;
        match value {
            Lua::Nil => Ok(Value::Null),
            Lua::Boolean(flag) => Ok(Value::Bool(*flag)),
            #[expect(clippy::cast_precision_loss, reason = "what is lost is refused in `number`")]
            Lua::Integer(whole) => number(*whole as f64),
            Lua::Number(float) => number(*float),
            Lua::String(text) => Ok(Value::String(self.text(text)?)),
            Lua::Table(table) => self.table(table),
            other => Err(Refusal::new(format!("a {} cannot leave the runbook", other.type_name()))),
        }
    }

    fn text(&mut self, text: &LuaString) -> Result<String, Refusal> {
        let bytes = text.as_bytes();
        self.purse.bytes(bytes.len())?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(Refusal::new("the string is not valid UTF-8")),
        }
    }

    fn table(&mut self, table: &Table) -> Result<Value, Refusal> {
        let this = table.to_pointer();
        if self.open.contains(&this) {
            return Err(Refusal::new("the table holds itself"));
        }
        self.tables += 1;
        self.guard.step(self.tables).map_err(Refusal::tripped)?;
        self.open.push(this);
        let value = self.fields(table);
        self.open.pop();
        value
    }

    fn fields(&mut self, table: &Table) -> Result<Value, Refusal> {
        let mut fields = Map::new();
        let mut items: Vec<(Integer, Value)> = Vec::new();
        let mut refusal = None;
        let walked = table.for_each(|key: Lua, value: Lua| {
            self.field(&key, &value, &mut fields, &mut items).map_err(|refused| {
                refusal = Some(refused);
                mlua::Error::runtime("refused")
            })
        });
        match (refusal, walked) {
            (Some(refusal), _) => return Err(refusal),
            (None, Err(error)) => return Err(Refusal::vm(&error)),
            (None, Ok(())) => {}
        }
        match (items.is_empty(), fields.is_empty()) {
            (_, true) => array(items),
            (true, false) => Ok(Value::Object(fields)),
            (false, false) => Err(Refusal::new("the table mixes a list and named fields")),
        }
    }

    fn field(
        &mut self,
        key: &Lua,
        value: &Lua,
        fields: &mut Map<String, Value>,
        items: &mut Vec<(Integer, Value)>,
    ) -> Result<(), Refusal> {
        if let Some(place) = place(key) {
            let item = self.value(value).map_err(|at| at.under(place.to_string()))?;
            items.push((place, item));
        } else if let Lua::String(key) = key {
            let key = self.text(key)?;
            let field = self.value(value).map_err(|at| at.under(key.clone()))?;
            fields.insert(key, field);
        } else {
            let kind = key.type_name();
            return Err(Refusal::new(format!("keys are strings or 1 to n, not a {kind}")));
        }
        Ok(())
    }
}

/// The items in their order, if none is missing.
fn array(mut items: Vec<(Integer, Value)>) -> Result<Value, Refusal> {
    items.sort_by_key(|(place, _)| *place);
    for (expected, (place, _)) in (1..).zip(&items) {
        if *place != expected {
            return Err(Refusal::new(format!(
                "the list has no item {expected}, but an item {place}"
            )));
        }
    }
    Ok(Value::Array(items.into_iter().map(|(_, item)| item).collect()))
}

/// The key as a place in a list, if it is a whole number.
fn place(key: &Lua) -> Option<Integer> {
    match key {
        Lua::Integer(place) => Some(*place),
        #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53")]
        Lua::Number(float) if float.fract() == 0.0 && float.abs() <= WHOLE => {
            Some(*float as Integer)
        }
        _ => None,
    }
}

fn number(float: f64) -> Result<Value, Refusal> {
    if !float.is_finite() {
        return Err(Refusal::new("the number is not finite"));
    }
    if float.fract() != 0.0 {
        return Ok(Value::from(float));
    }
    if float.abs() > WHOLE {
        return Err(Refusal::new("the whole number is beyond 2^53: write it as a string"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53")]
    Ok(Value::from(float as i64))
}
