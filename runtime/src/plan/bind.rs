//! What an operator set, `name=value` by `name=value`, as values of the types that the plan declares.

use std::collections::BTreeMap;

use serde_json::Value;

use super::declared::listed;
use super::params::number_value;
use super::path::quoted;
use super::suggest::nearest;
use super::{Param, ParamKind, Plan, duration, value};

/// No secret that is given is shorter, and none of letters alone is shorter than [`SHORTEST_WORD`]: it could not be told
/// from other text.
pub const SHORTEST_GIVEN: usize = 6;

/// See [`SHORTEST_GIVEN`].
pub const SHORTEST_WORD: usize = 12;

/// Why a param cannot be as the operator wants it. Never holds the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", .suggestion.as_ref().map(|name| format!(", did you mean `{name}`?")).unwrap_or_default())]
pub struct ParamError {
    /// The name, as it was given.
    pub name: String,
    /// One sentence, without a full stop.
    pub message: String,
    /// What the operator probably meant, to be put in its place.
    pub suggestion: Option<String>,
}

impl Plan {
    /// Every param with its value: as given, or by default. A duration becomes its number of seconds.
    /// Lists everything that is wrong.
    pub fn bind(
        &self,
        given: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Value>, Vec<ParamError>> {
        let mut errors: Vec<ParamError> = given
            .keys()
            .filter(|name| !self.params.contains_key(*name))
            .map(|name| self.unknown(name))
            .collect();
        let mut values = BTreeMap::new();
        for (name, param) in &self.params {
            let value = match (given.get(name), &param.default) {
                (Some(text), _) => param.read(name, text).map(Some),
                (None, Some(default)) => Ok(Some(default.clone())),
                (None, None) if errors.iter().any(|e| e.suggestion.as_ref() == Some(name)) => {
                    Ok(None)
                }
                (None, None) => Err(missing(name, param)),
            };
            match value {
                Ok(value) => values.extend(value.map(|value| (name.clone(), value))),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(values) } else { Err(errors) }
    }

    /// What `text` stands for as the value of this param.
    pub fn value(&self, name: &str, text: &str) -> Result<Value, ParamError> {
        self.params.get(name).ok_or_else(|| self.unknown(name))?.read(name, text)
    }

    fn unknown(&self, name: &str) -> ParamError {
        let suggestion = nearest(name, self.params.keys().map(String::as_str));
        let message = match suggestion {
            None if self.params.is_empty() => {
                format!("the runbook has no param {}; it has none at all", quoted(name))
            }
            None => {
                let names: Vec<_> = self.params.keys().map(|name| quoted(name)).collect();
                format!(
                    "the runbook has no param {}; it has {}",
                    quoted(name),
                    listed(&names, "and")
                )
            }
            Some(_) => format!("the runbook has no param {}", quoted(name)),
        };
        error(name, message, suggestion)
    }
}

impl Param {
    /// The value that `text` stands for.
    fn read(&self, name: &str, text: &str) -> Result<Value, ParamError> {
        if matches!(self.kind, ParamKind::List | ParamKind::Table) {
            return value::read(self, name, text).map_err(|message| error(name, message, None));
        }
        let value = match self.kind {
            ParamKind::String => Some(Value::from(text)),
            ParamKind::Number => text.trim().parse().ok().and_then(number_value),
            ParamKind::Boolean => text.trim().parse().ok().map(Value::Bool),
            ParamKind::Duration => duration::parse(text)
                .or_else(|| duration::of_seconds(text.trim().parse().ok()?))
                .and_then(|duration| number_value(duration.as_secs_f64())),
            ParamKind::List | ParamKind::Table => None,
        };
        // The text of a secret stays unsaid, also when it is of no use.
        let shown = if self.secret { String::new() } else { format!(", and is {}", quoted(text)) };
        let Some(value) = value else {
            let message = format!("{} must be {}{shown}", quoted(name), self.kind.description());
            return Err(error(name, message, None));
        };
        if let Some(why) = Some(word(&value)).filter(|_| self.secret).and_then(|it| too_plain(&it))
        {
            let message = format!(
                "{} is a secret, and {why}: it could not be told from other text, and hidden",
                quoted(name)
            );
            return Err(error(name, message, None));
        }
        if self.allowed.is_empty() || self.allowed.contains(&value) {
            return Ok(value);
        }
        let words: Vec<_> = self.allowed.iter().map(word).collect();
        let quoted_words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
        let choice = listed(&quoted_words, "or");
        let message = format!("{} must be {choice}{shown}", quoted(name));
        let suggestion = nearest(text, words.iter().map(String::as_str));
        Err(error(name, message, suggestion.filter(|_| !self.secret)))
    }
}

/// Why a secret is like other text, if it is.
fn too_plain(secret: &str) -> Option<String> {
    let (length, least) = (secret.chars().count(), SHORTEST_GIVEN);
    if length < least {
        return Some(format!("shorter than {least} characters"));
    }
    let is_word = length < SHORTEST_WORD && secret.chars().all(char::is_alphabetic);
    is_word.then(|| format!("a word of less than {SHORTEST_WORD} letters"))
}

fn missing(name: &str, param: &Param) -> ParamError {
    let mut message = format!("{} must be set, because it has no default", quoted(name));
    if !param.description.is_empty() {
        message = format!("{message}: {}", param.description);
    }
    error(name, message, None)
}

fn error(name: &str, message: String, suggestion: Option<&str>) -> ParamError {
    ParamError { name: name.to_owned(), message, suggestion: suggestion.map(str::to_owned) }
}

/// A value as an operator types it.
fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
