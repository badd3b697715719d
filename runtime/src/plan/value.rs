//! Lists and tables that an operator writes, as JSON, and what is in them: each value of the type that its param declares.

use serde_json::{Map, Value};

use super::declared::listed;
use super::params::number_value;
use super::path::quoted;
use super::suggest::nearest;
use super::{Param, ParamKind, duration};

/// Longer values are not shown whole.
const SHOWN: usize = 60;

/// The list or the table that `text` stands for.
pub(super) fn read(param: &Param, name: &str, text: &str) -> Result<Value, String> {
    let (what, example) = match param.kind {
        ParamKind::List => ("a list", r#"["a", "b"]"#),
        _ => ("a table", r#"{"a": 1}"#),
    };
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let shown = quoted(&shortened(text));
        format!(
            "{} must be {what}, written in JSON as {example} ({error}), and is {shown}",
            quoted(name)
        )
    })?;
    typed(param, name, &value)
}

/// A value of JSON as a value of this param.
fn typed(param: &Param, place: &str, value: &Value) -> Result<Value, String> {
    let read = match (param.kind, value) {
        (ParamKind::List, Value::Array(items)) => return list(param, place, items),
        (ParamKind::Table, Value::Object(fields)) => return table(param, place, fields),
        (ParamKind::String, Value::String(_)) | (ParamKind::Boolean, Value::Bool(_)) => {
            Some(value.clone())
        }
        (ParamKind::Number, Value::Number(number)) => number.as_f64().and_then(number_value),
        (ParamKind::Duration, Value::String(text)) => length(duration::parse(text)),
        (ParamKind::Duration, Value::Number(number)) => {
            length(number.as_f64().and_then(duration::of_seconds))
        }
        _ => None,
    };
    let shown = || quoted(&shortened(&value.to_string()));
    let Some(read) = read else {
        let what = param.kind.description();
        return Err(format!("{} must be {what}, and is {}", quoted(place), shown()));
    };
    if param.allowed.is_empty() || param.allowed.contains(&read) {
        return Ok(read);
    }
    let words: Vec<String> = param.allowed.iter().map(|it| quoted(&it.to_string())).collect();
    Err(format!("{} must be {}, and is {}", quoted(place), listed(&words, "or"), shown()))
}

fn length(length: Option<std::time::Duration>) -> Option<Value> {
    length.and_then(|it| number_value(it.as_secs_f64()))
}

fn list(param: &Param, place: &str, items: &[Value]) -> Result<Value, String> {
    let Some(of) = &param.items else { return Ok(Value::Array(items.to_vec())) };
    let item = |(at, item)| typed(of, &format!("{place}[{}]", at + 1), item);
    items.iter().enumerate().map(item).collect()
}

fn table(param: &Param, place: &str, given: &Map<String, Value>) -> Result<Value, String> {
    let mut fields = Map::new();
    for (name, value) in given {
        let at = format!("{place}.{name}");
        let of = param.fields.get(name).or(param.items.as_deref());
        let of = of.ok_or_else(|| stranger(param, place, name))?;
        fields.insert(name.clone(), typed(of, &at, value)?);
    }
    for (name, of) in &param.fields {
        if fields.contains_key(name) {
            continue;
        }
        let default = of.default.clone();
        let missing =
            || format!("{} needs {}, {}", quoted(place), quoted(name), of.kind.description());
        fields.insert(name.clone(), default.ok_or_else(missing)?);
    }
    Ok(Value::Object(fields))
}

/// A field that the table does not have.
fn stranger(param: &Param, place: &str, name: &str) -> String {
    let names: Vec<String> = param.fields.keys().map(|it| quoted(it)).collect();
    let meant = nearest(name, param.fields.keys().map(String::as_str));
    let hint = meant.map_or_else(
        || format!("; it has {}", listed(&names, "and")),
        |meant| format!(", did you mean {}?", quoted(meant)),
    );
    format!("{} has no field {}{hint}", quoted(place), quoted(name))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
