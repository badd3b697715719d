//! The few styles there are. The words say everything; colour only helps the eye.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use moontide_runtime::scheduler::{ExecutionStatus, WaveStatus};

/// A piece of a line in one style.
#[derive(Clone, Debug)]
pub(crate) struct Span<'s> {
    pub(super) style: Style,
    pub(super) text: Cow<'s, str>,
}

impl<'s> From<&'s str> for Span<'s> {
    fn from(text: &'s str) -> Span<'s> {
        plain(text)
    }
}

impl From<String> for Span<'_> {
    fn from(text: String) -> Self {
        plain(text)
    }
}

impl Span<'_> {
    /// The same span with a text of its own.
    pub(crate) fn into_owned(self) -> Span<'static> {
        Span { style: self.style, text: Cow::Owned(self.text.into_owned()) }
    }

    /// What it says, without its style.
    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

fn styled<'s>(style: Style, text: impl Into<Cow<'s, str>>) -> Span<'s> {
    Span { style, text: text.into() }
}

/// Ordinary text.
pub(crate) fn plain<'s>(text: impl Into<Cow<'s, str>>) -> Span<'s> {
    styled(Style::new(), text)
}

/// What a runbook, its params or AWS say. Nothing of ours stands behind it in its line, and only we
/// writes what stands before the mark: so it cannot be taken for our own words.
pub(crate) fn said(text: &str) -> [Span<'_>; 2] {
    [faint(" | "), plain(text)]
}

/// Names, and what to look at first.
pub(crate) fn strong<'s>(text: impl Into<Cow<'s, str>>) -> Span<'s> {
    styled(Style::new().bold(), text)
}

/// What may be skipped over.
pub(crate) fn faint<'s>(text: impl Into<Cow<'s, str>>) -> Span<'s> {
    styled(Style::new().dimmed(), text)
}

/// It went well.
pub(crate) fn good<'s>(text: impl Into<Cow<'s, str>>) -> Span<'s> {
    styled(AnsiColor::Green.on_default(), text)
}

/// It went wrong.
pub(crate) fn bad<'s>(text: impl Into<Cow<'s, str>>) -> Span<'s> {
    styled(AnsiColor::Red.on_default().bold(), text)
}

/// A person has to look at it.
pub(crate) fn attention<'s>(text: impl Into<Cow<'s, str>>) -> Span<'s> {
    styled(AnsiColor::Yellow.on_default(), text)
}

/// A wave's status as a word.
pub(crate) fn wave_status(status: WaveStatus) -> Span<'static> {
    match status {
        WaveStatus::Pending => faint("pending"),
        WaveStatus::Paused => attention("paused"),
        WaveStatus::Running => plain("running"),
        WaveStatus::Waiting => attention("waiting"),
        WaveStatus::Completed => good("completed"),
        WaveStatus::Failed => bad("failed"),
        WaveStatus::Skipped => attention("skipped"),
        WaveStatus::Cancelled => attention("cancelled"),
    }
}

/// An execution's status as a word.
pub(crate) fn execution_status(status: ExecutionStatus) -> Span<'static> {
    match status {
        ExecutionStatus::Pending => faint("pending"),
        ExecutionStatus::Running => plain("running"),
        ExecutionStatus::Paused => attention("paused"),
        ExecutionStatus::Waiting => attention("waiting"),
        ExecutionStatus::Completed => good("completed"),
        ExecutionStatus::Failed => bad("failed"),
        ExecutionStatus::Cancelled => attention("cancelled"),
    }
}

/// A server's verdict as a word.
pub(crate) fn verdict<'s>(verdict: impl Into<Cow<'s, str>>) -> Span<'s> {
    let verdict = verdict.into();
    match verdict.as_ref() {
        "launched" => good(verdict),
        "failed" => bad(verdict),
        _ => attention(verdict),
    }
}
