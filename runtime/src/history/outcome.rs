//! What comes back through the door.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::Unavailable;

/// The three ways an effect can end.
///
/// A lost connection, a time-out or a 500 on a mutating call is *not* `failed`: it is not known whether
/// it happened, and only a reconciliation may turn it into one of the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Outcome {
    /// It happened, and this is what the program sees of it.
    Ok {
        /// The slim record handed to the program.
        value: Value,
    },
    /// It certainly did not happen, or the service said no.
    Failed {
        /// What the program catches.
        error: EffectError,
    },
    /// It cannot be told. A person decides.
    Unknown {
        /// What was sent, what was seen, what was looked for.
        evidence: Evidence,
    },
}

/// Every field that an outcome may have. serde's own way to read an enum like [`Outcome`] would copy the
/// value on the way.
#[derive(Deserialize)]
struct Written {
    status: Status,
    #[serde(default, deserialize_with = "there")]
    value: Option<Value>,
    error: Option<EffectError>,
    evidence: Option<Evidence>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Ok,
    Failed,
    Unknown,
}

/// A value that is there, be it `null`.
fn there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Outcome, D::Error> {
        let Written { status, value, error, evidence } = Written::deserialize(deserializer)?;
        let missing = D::Error::missing_field;
        Ok(match status {
            Status::Ok => Outcome::Ok { value: value.ok_or_else(|| missing("value"))? },
            Status::Failed => Outcome::Failed { error: error.ok_or_else(|| missing("error"))? },
            Status::Unknown => {
                Outcome::Unknown { evidence: evidence.ok_or_else(|| missing("evidence"))? }
            }
        })
    }
}

/// An error as a runbook catches it: `err.code`, `err.message`, `err.retryable`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct EffectError {
    /// AWS's own code (`ConflictException`), or one of ours (`PolicyRefused`, `InvalidArguments`).
    pub code: String,
    /// One sentence for a person.
    pub message: String,
    /// Whether the same request may succeed later although nothing is changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retryable: bool,
    /// More for a program to look at, such as the servers a conflict is about.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub details: Value,
    /// Whether it is no answer at all but trouble of the runner, such as expired credentials: the door waits
    /// for its end, and neither the journal nor the program ever sees it.
    #[serde(skip)]
    pub unavailable: Option<Unavailable>,
}

impl EffectError {
    /// An error that will not go away by itself.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> EffectError {
        EffectError {
            code: code.into(),
            message: message.into(),
            retryable: false,
            details: Value::Null,
            unavailable: None,
        }
    }

    /// The same error, known to be trouble of the runner.
    #[must_use]
    pub fn as_unavailable(mut self, unavailable: Unavailable) -> EffectError {
        self.unavailable = Some(unavailable);
        self
    }

    /// The same error, marked as worth another try.
    #[must_use]
    pub fn retryable(mut self) -> EffectError {
        self.retryable = true;
        self
    }
}

/// Why it cannot be told whether an effect happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// One sentence for the person who has to decide.
    pub message: String,
    /// What was found while looking, if anything.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub found: Value,
}

impl Evidence {
    /// Evidence that is only a sentence.
    pub fn new(message: impl Into<String>) -> Evidence {
        Evidence { message: message.into(), found: Value::Null }
    }
}
