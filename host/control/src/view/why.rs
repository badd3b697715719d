//! Why a wave stands where it stands: in Moontide's words, and in those of its program.

use moontide_runtime::scheduler::{WaveState, WaveStatus};
use serde::{Serialize, Serializer};

/// Both may be there: a wave that failed, and was aborted by a person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Why {
    /// What was decided, and by whom.
    pub reason: Option<String>,
    /// What the program raised.
    pub failure: Option<String>,
}

impl Why {
    /// The two, without a failure that the reason repeats.
    pub fn new(reason: Option<String>, failure: Option<String>) -> Why {
        let repeated = |failure: &String| reason.as_ref().is_some_and(|it| it.contains(failure));
        let failure = failure.filter(|failure| !repeated(failure));
        Why { reason, failure }
    }

    /// Of a wave.
    pub fn of(wave: &WaveState) -> Why {
        let failure = wave.failure.as_ref().map(|failure| failure.message.clone());
        let awaited = wave.skip.as_ref().filter(|_| wave.status == WaveStatus::Pending);
        let awaited = awaited.map(|skip| format!("{skip} when its turn comes"));
        Why::new(wave.reason.clone().or(awaited), failure)
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        *self == Why::default()
    }
}

/// For programs it is one sentence.
impl Serialize for Why {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts: Vec<&str> =
            [&self.failure, &self.reason].into_iter().flatten().map(String::as_str).collect();
        serializer.serialize_str(&parts.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_that_the_reason_repeats_is_said_once() {
        let why = Why::new(Some("skipped by its policy: no".into()), Some("no".into()));
        assert_eq!(serde_json::to_value(why).unwrap(), "skipped by its policy: no");
        let why = Why::new(Some("aborted by ann".into()), Some("no".into()));
        assert_eq!(serde_json::to_value(why).unwrap(), "no; aborted by ann");
    }
}
