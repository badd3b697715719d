//! `params = { environment = { type = "string", allowed = …, default = …, secret = …, description = … } }`.
//!
//! Lists and tables say what is in them, in the same words: `{ type = "list", items = { type = "string" } }`,
//! `{ type = "table", fields = { region = { type = "string" } } }`, `{ type = "table", items = { type = "number" } }`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::declared::Declared;
use super::fields::Fields;
use super::path::quoted;
use super::{Node, Param, ParamKind, names};

pub(super) const FIELDS: &[&str] =
    &["type", "description", "allowed", "default", "secret", "items", "fields"];

/// Reads what the operator who starts the runbook may set.
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
    let mut param = Param {
        kind,
        description: description.to_owned(),
        allowed: Vec::new(),
        default: None,
        items: None,
        fields: BTreeMap::new(),
        secret,
    };
    inside(&mut param, &fields);
    if let Some(field) = fields.get("allowed") {
        param.allowed = allowed(&param, &field);
    }
    param.default = fields.get("default").and_then(|field| {
        let default = value(&param, &field)?;
        if !param.allowed.is_empty() && !param.allowed.contains(&default) {
            field.complain("`default` is not among `allowed`");
        }
        Some(default)
    });
    Some(param)
}

/// What a list or a table holds.
fn inside(param: &mut Param, fields: &Fields<'_>) {
    let is_list = param.kind == ParamKind::List;
    let (items, of_table) = (fields.get("items"), fields.get("fields"));
    if !is_list && param.kind != ParamKind::Table {
        for field in [&items, &of_table].into_iter().flatten() {
            let label = field.path.label();
            field.complain(format!(
                "{label} is of a `list` or a `table`: this is {}",
                param.kind.description()
            ));
        }
        return;
    }
    if let Some(field) = of_table.as_ref().filter(|_| is_list || items.is_some()) {
        field.complain("`fields` are of a `table`, and stand instead of `items`");
    } else if items.is_none() && of_table.is_none() && !fields.has("items") && !fields.has("fields")
    {
        let needs = if is_list {
            "a list needs `items`, such as `items = { type = \"string\" }`"
        } else {
            "a table needs `fields`, or `items` if its names are any"
        };
        fields.table().complain(needs);
    }
    param.items = items.and_then(|field| nested(&field)).map(Box::new);
    for (name, field) in of_table.iter().flat_map(Declared::entries) {
        names::param(name, &field);
        if let Some(it) = nested(&field) {
            param.fields.insert(name.to_owned(), it);
        }
    }
}

/// What is in a list or a table.
fn nested(declared: &Declared<'_>) -> Option<Param> {
    let param = param(declared)?;
    if param.secret {
        declared
            .complain("a secret is a param by itself: what is in a list or a table is no secret");
    }
    Some(param)
}

fn kind(declared: &Declared<'_>) -> Option<ParamKind> {
    declared.one_of(&[
        ("string", ParamKind::String),
        ("number", ParamKind::Number),
        ("boolean", ParamKind::Boolean),
        ("duration", ParamKind::Duration),
        ("list", ParamKind::List),
        ("table", ParamKind::Table),
    ])
}

fn allowed(param: &Param, declared: &Declared<'_>) -> Vec<Value> {
    if matches!(param.kind, ParamKind::List | ParamKind::Table) {
        declared.complain("`allowed` is of what is in a list or a table, not of the whole");
        return Vec::new();
    }
    if declared.is_empty() {
        declared.complain("`allowed` allows nothing; leave it out to allow everything");
    }
    declared.items().iter().filter_map(|item| value(param, item)).collect()
}

/// The value as a param of that kind has it.
fn value(param: &Param, declared: &Declared<'_>) -> Option<Value> {
    let kind = param.kind;
    let value = match (kind, declared.node) {
        (ParamKind::List, Node::List(_)) => {
            let item = |item: &Declared<'_>| within(param.items.as_deref()?, item);
            return declared.items().iter().map(item).collect();
        }
        (ParamKind::Table, Node::Record(_)) => return table(param, declared),
        (ParamKind::Table, Node::List(items)) if items.is_empty() => {
            return table(param, declared);
        }
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

/// What is in a list or a table, which may be only some of the values of its type.
fn within(param: &Param, declared: &Declared<'_>) -> Option<Value> {
    let value = value(param, declared)?;
    if !param.allowed.is_empty() && !param.allowed.contains(&value) {
        declared.complain(format!("{} is not among `allowed`", declared.path.label()));
    }
    Some(value)
}

/// A declared table as a value: what is left out is there by default.
fn table(param: &Param, declared: &Declared<'_>) -> Option<Value> {
    let mut fields = Map::new();
    for (name, field) in declared.entries() {
        let Some(it) = param.fields.get(name).or(param.items.as_deref()) else {
            field.complain(format!("the table has no field {}", quoted(name)));
            continue;
        };
        fields.insert(name.to_owned(), within(it, &field)?);
    }
    for (name, it) in &param.fields {
        if !fields.contains_key(name) {
            match &it.default {
                Some(default) => drop(fields.insert(name.clone(), default.clone())),
                None => declared.complain(format!("the table needs {}", quoted(name))),
            }
        }
    }
    Some(Value::Object(fields))
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
            ParamKind::List => "a list",
            ParamKind::Table => "a table",
        }
    }
}
