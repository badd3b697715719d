//! What is known, in words; and what is not.

use std::time::Duration;

use moontide_control::report::Known;
use moontide_control::words;

use crate::output::style::{faint, plain, strong};
use crate::output::{Page, Span};

/// A headline, and what stands below it.
pub(super) fn section(page: &mut Page, head: &str, write: impl FnOnce(&mut Page)) {
    page.gap();
    page.line([strong(head)]);
    page.indented(write);
}

/// A number of seconds.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that `known` asks for")]
pub(super) fn length(seconds: &u64) -> String {
    words::duration(Duration::from_secs(*seconds))
}

/// What is known, in words; otherwise `unknown`, with the reason.
pub(super) fn known<T>(known: &Known<T>, words: impl FnOnce(&T) -> String) -> String {
    match known {
        Known::Known(value) => words(value),
        Known::Unknown { unknown } => format!("unknown: {unknown}"),
    }
}

/// The same as a span.
pub(super) fn known_span<'s, T>(it: &Known<T>, words: impl FnOnce(&T) -> String) -> Span<'s> {
    match it {
        Known::Known(value) => plain(words(value)),
        Known::Unknown { unknown } => faint(format!("unknown: {unknown}")),
    }
}
