//! The report when a runbook asks for something else than its journal remembers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::history::Lane;

/// Replay found a different effect than the recorded one. The execution stops; nothing is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error(
    "lane `{lane}`, effect {position}: the journal has `{recorded}` and {site} now asks for `{asked}`{}",
    difference.as_ref().map(|difference| format!(" ({difference})")).unwrap_or_default()
)]
pub struct Mismatch {
    /// The strand of effects.
    pub lane: Lane,
    /// The place in the lane, counted from 1.
    pub position: u32,
    /// The journal entry that does not fit.
    pub sequence: u64,
    /// The recorded operation.
    pub recorded: String,
    /// Where the runbook asked for it then: `file:line`.
    pub recorded_site: String,
    /// The operation that is asked for now; `nothing` when the program ended early.
    pub asked: String,
    /// Where the runbook asks for it now.
    pub site: String,
    /// The first argument that differs, when the operation is the same.
    pub difference: Option<Difference>,
}

/// The first place where two arguments differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("`{path}` was {then} and is {now}")]
pub struct Difference {
    /// Which field, such as `source_servers[0].source_server_id`.
    pub path: String,
    /// Its recorded value, cut to a readable length; `absent` if it was not there.
    pub then: String,
    /// Its value now.
    pub now: String,
}

impl Difference {
    /// Finds the first difference between two arguments, fields in alphabetical order.
    pub fn between(then: &Value, now: &Value) -> Option<Difference> {
        first(String::new(), Some(then), Some(now))
    }
}

fn first(path: String, then: Option<&Value>, now: Option<&Value>) -> Option<Difference> {
    match (then, now) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
            names.sort_unstable();
            names.dedup();
            names.into_iter().find_map(|name| first(field(&path, name), a.get(name), b.get(name)))
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => (0..a.len().max(b.len()))
            .find_map(|at| first(format!("{path}[{at}]"), a.get(at), b.get(at))),
        (then, now) if then == now => None,
        (then, now) => Some(Difference { path, then: show(then), now: show(now) }),
    }
}

/// The path of a field. A name that is no name but a text of the runbook's is quoted: it could read like
/// the rest of the sentence.
fn field(path: &str, name: &str) -> String {
    let letter = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
    if name.is_empty() || name.len() > LONGEST || !name.chars().all(letter) {
        return format!("{path}[{}]", cut(&Value::from(name).to_string()));
    }
    let dot = if path.is_empty() { "" } else { "." };
    format!("{path}{dot}{name}")
}

fn show(value: Option<&Value>) -> String {
    value.map_or_else(|| "absent".to_owned(), |value| cut(&value.to_string()))
}

/// How much of a value, or of a field's name, a sentence repeats.
const LONGEST: usize = 80;

fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST).collect();
    cut.push_str(if cut.len() < text.len() { "…" } else { "" });
    cut
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_difference_is_named_with_its_path() {
        let then = json!({"is_drill": true, "source_servers": [{"id": "s-1"}, {"id": "s-2"}]});
        let now = json!({"is_drill": true, "source_servers": [{"id": "s-1"}, {"id": "s-3"}]});
        let difference = Difference::between(&then, &now).expect("they differ");
        assert_eq!(difference.to_string(), "`source_servers[1].id` was \"s-2\" and is \"s-3\"");
        assert_eq!(Difference::between(&then, &then), None);
    }

    #[test]
    fn a_name_that_is_a_sentence_is_quoted() {
        let name = "a` was 1 and is 2); resume went on (`b";
        let difference = Difference::between(&json!({ "x": { name: 1 } }), &json!({ "x": {} }));
        let path = difference.expect("they differ").path;
        assert_eq!(path, format!("x[\"{name}\"]"));
        let long = "x".repeat(300);
        let difference = Difference::between(&json!({ long: 1 }), &json!({})).expect("they differ");
        assert_eq!(difference.path, format!("[\"{}…]", "x".repeat(79)));
    }

    #[test]
    fn a_field_that_came_or_went_is_a_difference() {
        let difference = Difference::between(&json!({"a": 1}), &json!({})).expect("they differ");
        assert_eq!(difference.to_string(), "`a` was 1 and is absent");
    }
}
