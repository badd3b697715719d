//! How a case asks: the arguments of its operations. A field that does not exist is an error with the nearest name.

use std::collections::BTreeMap;
use std::time::Duration;

use moontide_runtime::effect::EffectError;
use moontide_runtime::plan::{Mode, duration};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct World {
    pub(super) world: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) entry: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) wave: String,
    pub(super) choice: String,
    #[serde(default)]
    pub(super) how: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HowAnswered {
    pub(super) by: Option<String>,
    pub(super) after: Option<Length>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signal {
    pub(super) wish: String,
    pub(super) how: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HowSignalled {
    pub(super) at: Length,
    pub(super) wave: Option<String>,
    pub(super) by: Option<String>,
    #[serde(default)]
    pub(super) comment: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kill {
    pub(super) entry: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rehearse {
    pub(super) mode: Option<Mode>,
    #[serde(default)]
    pub(super) params: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) name: String,
    #[serde(default)]
    pub(super) arguments: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Snapshot {
    #[serde(default)]
    pub(super) value: Value,
}

/// A length of time as authors give it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Length {
    Seconds(f64),
    Text(String),
}

impl Length {
    pub(super) fn read(&self, field: &str) -> Result<Duration, EffectError> {
        let (read, shown) = match self {
            Length::Seconds(seconds) => (duration::of_seconds(*seconds), seconds.to_string()),
            Length::Text(text) => (duration::parse(text), text.clone()),
        };
        read.ok_or_else(|| {
            refused(format!("`{field}`: {shown} is no length of time: write \"90s\" or \"2h30m\""))
        })
    }
}

/// What a case cannot mean.
pub(super) fn refused(message: impl Into<String>) -> EffectError {
    EffectError::new("InvalidArguments", message)
}

/// Params as a command line gives them.
pub(super) fn texts(params: &Value) -> Result<BTreeMap<String, String>, EffectError> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match params {
        Value::Null => Ok(BTreeMap::new()),
        Value::Array(none) if none.is_empty() => Ok(BTreeMap::new()),
        Value::Object(params) => {
            Ok(params.iter().map(|(name, value)| (name.clone(), text(value))).collect())
        }
        _ => Err(refused("`params` are a table of values by name")),
    }
}
