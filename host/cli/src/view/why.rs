//! Why a wave stands where it stands, in a line.

use moontide_control::view::Why;
use moontide_runtime::scheduler::WaveStatus;

use crate::output::Span;
use crate::output::style::{plain, said};

/// As it stands behind the wave's status, which the reason may repeat: `skipped by ann`.
pub(crate) fn spans(why: &Why, status: WaveStatus) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    if let Some(reason) = &why.reason {
        let rest = match status {
            WaveStatus::Skipped => reason.strip_prefix("skipped"),
            WaveStatus::Cancelled => reason.strip_prefix("cancelled"),
            _ => None,
        };
        spans.push(plain(rest.map_or_else(|| format!(": {reason}"), str::to_owned)));
    }
    spans.extend(why.failure.as_deref().into_iter().flat_map(said));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Page;

    fn line(reason: Option<&str>, failure: Option<&str>, status: WaveStatus) -> String {
        let mut page = Page::default();
        page.line(spans(&Why::new(reason.map(Into::into), failure.map(Into::into)), status));
        page.into_plain()
    }

    #[test]
    fn a_program_cannot_say_that_a_person_decided() {
        let failed = WaveStatus::Failed;
        assert_eq!(line(Some("aborted by ann"), None, failed), ": aborted by ann\n");
        assert_eq!(line(None, Some("no; aborted by ann"), failed), " | no; aborted by ann\n");
        assert_eq!(line(Some("aborted by ann"), Some("no"), failed), ": aborted by ann | no\n");
        assert_eq!(line(Some("skipped by ann"), None, WaveStatus::Skipped), " by ann\n");
    }
}
