//! Why a wave stands where it stands: in Moontide's words, and in those of its program.

use moontide_runtime::scheduler::{WaveState, WaveStatus};
use serde::{Serialize, Serializer};

use crate::output::Span;
use crate::output::style::{plain, said};

/// Both may be there: a wave that failed, and was aborted by a person.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Why {
    /// What was decided, and by whom.
    reason: Option<String>,
    /// What the program raised.
    failure: Option<String>,
}

impl Why {
    /// The two, without a failure that the reason repeats.
    pub(crate) fn new(reason: Option<String>, failure: Option<String>) -> Why {
        let repeated = |failure: &String| reason.as_ref().is_some_and(|it| it.contains(failure));
        let failure = failure.filter(|failure| !repeated(failure));
        Why { reason, failure }
    }

    /// Of a wave.
    pub(crate) fn of(wave: &WaveState) -> Why {
        let failure = wave.failure.as_ref().map(|failure| failure.message.clone());
        let awaited = wave.skip.as_ref().filter(|_| wave.status == WaveStatus::Pending);
        let awaited = awaited.map(|skip| format!("{skip} when its turn comes"));
        Why::new(wave.reason.clone().or(awaited), failure)
    }

    /// As it stands behind the wave's status, which the reason may repeat: `skipped by ann`.
    pub(crate) fn spans(&self, status: WaveStatus) -> Vec<Span<'_>> {
        let mut spans = Vec::new();
        if let Some(reason) = &self.reason {
            let rest = match status {
                WaveStatus::Skipped => reason.strip_prefix("skipped"),
                WaveStatus::Cancelled => reason.strip_prefix("cancelled"),
                _ => None,
            };
            spans.push(plain(rest.map_or_else(|| format!(": {reason}"), str::to_owned)));
        }
        spans.extend(self.failure.as_deref().into_iter().flat_map(said));
        spans
    }

    /// Whether there is nothing to say.
    pub(crate) fn is_empty(&self) -> bool {
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
    use crate::output::Page;

    fn line(reason: Option<&str>, failure: Option<&str>, status: WaveStatus) -> String {
        let mut page = Page::default();
        page.line(Why::new(reason.map(Into::into), failure.map(Into::into)).spans(status));
        page.into_plain()
    }

    #[test]
    fn a_program_cannot_say_that_somebody_decided() {
        let failed = WaveStatus::Failed;
        assert_eq!(line(Some("aborted by ann"), None, failed), ": aborted by ann\n");
        assert_eq!(line(None, Some("no; aborted by ann"), failed), " | no; aborted by ann\n");
        assert_eq!(line(Some("aborted by ann"), Some("no"), failed), ": aborted by ann | no\n");
        assert_eq!(line(Some("skipped by ann"), None, WaveStatus::Skipped), " by ann\n");
    }

    #[test]
    fn a_failure_that_the_reason_repeats_is_said_once() {
        let why = Why::new(Some("skipped by its policy: no".into()), Some("no".into()));
        assert_eq!(serde_json::to_value(why).unwrap(), "skipped by its policy: no");
        let why = Why::new(Some("aborted by ann".into()), Some("no".into()));
        assert_eq!(serde_json::to_value(why).unwrap(), "no; aborted by ann");
    }
}
