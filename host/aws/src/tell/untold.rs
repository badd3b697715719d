//! Why a service was not told.

use moontide_runtime::effect::EffectError;

/// Why a service was not told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Untold {
    /// AWS's code, or ours.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// Whether the same may be taken later.
    pub retryable: bool,
}

impl Untold {
    /// What would be so the next time, too.
    pub(super) fn certain(code: &str, message: impl Into<String>) -> Untold {
        Untold { code: code.to_owned(), message: message.into(), retryable: false }
    }
}

impl From<EffectError> for Untold {
    fn from(error: EffectError) -> Untold {
        let retryable = error.retryable || error.unavailable.is_some();
        Untold { code: error.code, message: error.message, retryable }
    }
}
