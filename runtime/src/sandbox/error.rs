//! How a script fails, as the rest of the engine sees it.

use serde_json::Value;

use crate::history::Failure;
use crate::plan::FailurePolicy;
use crate::text::plain;

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
    /// Whether trying again may help, as its raiser said.
    pub retryable: bool,
    /// Whose words code and message are.
    pub speaker: Speaker,
    /// Whether a limit tripped: the program could not have caught it.
    pub poisoned: bool,
    /// Whether the program met an effect that may or may not have happened.
    pub uncertain: bool,
    /// What the wave's own `on_failure` function decided.
    pub decision: Option<FailurePolicy>,
}

/// The codes of what the engine refuses because it is too much, and a program may catch.
const REFUSALS: [&str; 3] = ["InvalidArguments", "InvalidOutcome", "InvalidResult"];

/// The speaker of an error. A script may raise any code with any message.
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

    /// The operator's setting that would have let the program go on, where the engine itself has stopped or refused
    /// it. The engine says so at the end of its sentence, which may quote a script before.
    fn limit(&self) -> Option<&str> {
        let is_ours = self.speaker == Speaker::Engine && REFUSALS.contains(&self.code.as_str());
        let said = self.message.strip_suffix('`').filter(|_| self.poisoned || is_ours)?;
        said.rsplit_once("; an operator can raise `").map(|(_, setting)| setting)
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
        let limit = error.limit().map(str::to_owned);
        Failure {
            limit,
            code: error.code,
            message: error.message,
            trace: error.trace,
            details: error.details,
            decision: error.decision,
            uncertain: error.uncertain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_engine_says_at_the_end_of_a_refusal_names_a_setting() {
        let said = "the script used too much; an operator can raise `vm_memory`";
        let limit = |error: &ScriptError| error.limit().map(str::to_owned);
        let refused = ScriptError::new("InvalidResult", said);
        assert_eq!(limit(&refused).as_deref(), Some("vm_memory"));
        let tripped = ScriptError { poisoned: true, ..ScriptError::new("LimitExceeded", said) };
        assert_eq!(limit(&tripped).as_deref(), Some("vm_memory"));
        for code in ["LimitExceeded", "DiskFull", "ThrottlingException"] {
            assert_eq!(limit(&ScriptError::new(code, said)), None, "{code}");
        }
        let thrown = ScriptError { speaker: Speaker::Script, ..refused.clone() };
        assert_eq!(limit(&thrown), None);
        let quoted = format!("`{said}` is no list: there is no such field");
        assert_eq!(limit(&ScriptError { message: quoted, ..refused }), None);
    }
}
