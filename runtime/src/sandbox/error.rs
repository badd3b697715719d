//! How a script fails, as the rest of the engine sees it.

use serde_json::Value;

use super::text::plain;
use crate::plan::FailurePolicy;
use crate::scheduler::Failure;

/// A script failed, or was stopped. Every text in it is fit for a terminal.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ScriptError {
    /// A code that a program may branch on: AWS's, the runbook's own, or one of ours:
    /// `ScriptError`, `SyntaxError`, `LimitExceeded`, `Stopped`, `InvalidArguments`, `InvalidResult`,
    /// `ModuleNotFound`, `NotARunbook`, `EffectDuringLoad`, `EffectOutsideLane`, `EffectCannotWait`,
    /// `OutcomeUnknown`, `Internal`.
    pub code: String,
    /// One sentence for a person.
    pub message: String,
    /// Where, innermost first: ``file:line in function `name` ``. Runbook and standard library only.
    pub trace: Vec<String>,
    /// What else the error carried, for programs.
    pub details: Value,
    /// Whether trying again may help, as whoever raised it said.
    pub retryable: bool,
    /// Whose words code and message are.
    pub speaker: Speaker,
    /// Whether a limit tripped: the program could not have caught it.
    pub poisoned: bool,
    /// Whether the program met an effect of which nobody knows whether it happened.
    pub uncertain: bool,
    /// What the wave's own `on_failure` function decided.
    pub decision: Option<FailurePolicy>,
}

/// Who says what an error says. A script may raise any code with any message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The engine.
    Engine,
    /// The runbook, or Luau about it.
    Script,
}

impl ScriptError {
    /// An error that is a code and a sentence.
    pub fn new(code: &str, message: impl AsRef<str>) -> ScriptError {
        ScriptError {
            code: plain(code, 100),
            message: plain(message.as_ref(), 2_000),
            trace: Vec::new(),
            details: Value::Null,
            retryable: false,
            speaker: Speaker::Engine,
            poisoned: false,
            uncertain: false,
            decision: None,
        }
    }

    /// A broken promise of our own.
    pub(super) fn internal(message: impl AsRef<str>) -> ScriptError {
        ScriptError::new("Internal", message)
    }

    /// The same error, raised at this place.
    #[must_use]
    pub(super) fn at(mut self, place: impl Into<String>) -> ScriptError {
        self.trace.insert(0, place.into());
        self
    }
}

impl From<ScriptError> for Failure {
    fn from(error: ScriptError) -> Failure {
        Failure {
            code: error.code,
            message: error.message,
            trace: error.trace,
            details: error.details,
            decision: error.decision,
            uncertain: error.uncertain,
        }
    }
}
