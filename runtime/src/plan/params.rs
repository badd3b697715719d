//! `params = { environment = { type = "string", allowed = …, default = …, secret = …, description = … } }`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::declared::Declared;
use super::{Node, Param, ParamKind, names};

const FIELDS: &[&str] = &["type", "description", "allowed", "default", "secret"];

/// Reads what whoever starts the runbook may set.
pub(super) fn read(declared: &Declared<'_>) -> BTreeMap<String, Param> {
    let mut params = BTreeMap::new();
    for (name, entry) in declared.entries() {
        names::param(name, &entry);
        if let Some(param) = param(&entry) {
            params.insert(name.to_owned(), param);
        }
    }
    params
}

fn param(declared: &Declared<'_>) -> Option<Param> {
    let fields = declared.fields("a param", FIELDS)?;
    let description = fields.get("description").and_then(|field| field.text()).unwrap_or_default();
    let secret = fields.get("secret").and_then(|field| field.boolean()).unwrap_or_default();
    for name in ["allowed", "default"] {
        if let Some(field) = fields.get(name).filter(|_| secret) {
            field.complain(format!(
                "a secret has no `{name}`, because the runbook is kept with every execution"
            ));
        }
    }
    let kind = fields.required("a param", "type").and_then(|field| kind(&field))?;
    if let Some(field) = fields.get("secret").filter(|_| secret)
        && !matches!(kind, ParamKind::String | ParamKind::Number)
    {
        field.complain("a secret is a string or a number: nothing else can be told from other text, and hidden");
    }
    let allowed = fields.get("allowed").map(|field| allowed(kind, &field)).unwrap_or_default();
    let default = fields.get("default").and_then(|field| {
        let default = value(kind, &field)?;
        if !allowed.is_empty() && !allowed.contains(&default) {
            field.complain("`default` is not among `allowed`");
        }
        Some(default)
    });
    Some(Param { kind, description: description.to_owned(), allowed, default, secret })
}

fn kind(declared: &Declared<'_>) -> Option<ParamKind> {
    declared.one_of(&[
        ("string", ParamKind::String),
        ("number", ParamKind::Number),
        ("boolean", ParamKind::Boolean),
        ("duration", ParamKind::Duration),
    ])
}

fn allowed(kind: ParamKind, declared: &Declared<'_>) -> Vec<Value> {
    if declared.is_empty() {
        declared.complain("`allowed` allows nothing; leave it out to allow everything");
    }
    declared.items().iter().filter_map(|item| value(kind, item)).collect()
}

/// The value as a param of that kind has it.
fn value(kind: ParamKind, declared: &Declared<'_>) -> Option<Value> {
    let value = match (kind, declared.node) {
        (ParamKind::String, Node::Text(text)) => Some(Value::from(text.as_str())),
        (ParamKind::Number, Node::Number(number)) => number_value(*number),
        (ParamKind::Boolean, Node::Boolean(boolean)) => Some(Value::from(*boolean)),
        (ParamKind::Duration, Node::Text(_) | Node::Number(_)) => {
            return declared.duration().and_then(|duration| number_value(duration.as_secs_f64()));
        }
        _ => None,
    };
    if value.is_none() {
        declared.must_be(kind.description());
    }
    value
}

/// A number as values keep it: whole numbers as integers, nothing that a float cannot hold exactly.
pub(super) fn number_value(number: f64) -> Option<Value> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= LARGEST {
        #[expect(clippy::cast_possible_truncation, reason = "guarded: whole and within 2^53")]
        return Some(Value::from(number as i64));
    }
    (number.abs() < LARGEST).then(|| Value::from(number))
}

impl ParamKind {
    /// What a value of this kind is, in a sentence.
    pub(super) fn description(self) -> &'static str {
        match self {
            ParamKind::String => "a string",
            ParamKind::Number => "a number",
            ParamKind::Boolean => "`true` or `false`",
            ParamKind::Duration => {
                "a duration such as \"90s\" or \"2h30m\", or a number of seconds, at most 3660 days"
            }
        }
    }
}
