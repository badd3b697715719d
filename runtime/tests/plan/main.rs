//! What a declared table has to look like, and what an author is told when it does not.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]
#![expect(clippy::needless_pass_by_value, reason = "`json!` reads better without `&`")]

mod between;
mod binding;
mod random;
mod rules;
mod whole;

use moontide_runtime::plan::{Node, Plan};
use serde_json::{Value, json};

/// A declared table, written as JSON; the string `function` stands for a function.
pub(crate) fn node(value: &Value) -> Node {
    match value {
        Value::Null => Node::Nil,
        Value::Bool(boolean) => Node::Boolean(*boolean),
        Value::Number(number) => Node::Number(number.as_f64().unwrap()),
        Value::String(text) if text == "function" => Node::Function,
        Value::String(text) => Node::Text(text.clone()),
        Value::Array(items) => Node::List(items.iter().map(node).collect()),
        Value::Object(fields) if fields.is_empty() => Node::List(Vec::new()),
        Value::Object(fields) => {
            Node::Record(fields.iter().map(|(name, value)| (name.clone(), node(value))).collect())
        }
    }
}

/// Everything that is wrong with a runbook, one complaint a line.
pub(crate) fn complaints(runbook: &Value) -> String {
    match Plan::check(&node(runbook)) {
        Ok(_) => "nothing".to_owned(),
        Err(complaints) => lines(&complaints),
    }
}

/// One a line.
pub(crate) fn lines(things: &[impl ToString]) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Everything that is wrong with a runbook of one good wave and these fields.
pub(crate) fn complaints_about(fields: Value) -> String {
    let mut runbook = json!({ "name": "x", "waves": [{ "name": "a", "run": "function" }] });
    runbook.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    complaints(&runbook)
}

/// Everything that is wrong with a wave of these fields.
pub(crate) fn complaints_about_wave(fields: Value) -> String {
    let mut wave = json!({ "name": "a", "servers": { "tags": { "App": "shop" } } });
    wave.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    complaints(&json!({ "name": "x", "waves": [wave] }))
}

/// Everything that is wrong between waves of these names and dependencies.
pub(crate) fn complaints_between(waves: &[(&str, &[&str])]) -> String {
    let wave = |(name, depends_on): &(&str, &[&str])| json!({ "name": name, "run": "function", "depends_on": depends_on });
    complaints(&json!({ "name": "x", "waves": waves.iter().map(wave).collect::<Vec<_>>() }))
}
