//! What comes back through the door.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The three ways an effect can end.
///
/// A lost connection, a time-out or a 500 on a mutating call is *not* `failed`: nobody knows whether
/// it happened, and only a reconciliation may turn it into one of the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// Nobody can tell. A person decides.
    Unknown {
        /// What was sent, what was seen, what was looked for.
        evidence: Evidence,
    },
}

/// An error as a runbook catches it: `err.code`, `err.message`, `err.retryable`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct EffectError {
    /// AWS's own code (`ConflictException`), or one of ours (`PolicyRefused`, `InvalidArguments`).
    pub code: String,
    /// One sentence for a person.
    pub message: String,
    /// Whether the same request may succeed later without anybody changing anything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retryable: bool,
    /// More for a program to look at, such as the servers a conflict is about.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub details: Value,
}

impl EffectError {
    /// An error that will not go away by itself.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> EffectError {
        EffectError {
            code: code.into(),
            message: message.into(),
            retryable: false,
            details: Value::Null,
        }
    }

    /// The same error, marked as worth another try.
    #[must_use]
    pub fn retryable(mut self) -> EffectError {
        self.retryable = true;
        self
    }
}

/// Why nobody can tell whether an effect happened.
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
