//! A signal, in a line.

use moontide_control::view::signal::{self, Parts, PendingView};
use moontide_runtime::scheduler::Signal;

use crate::output::style::{attention, bad, plain, said, strong};
use crate::output::{Page, Span};

pub(crate) use moontide_control::view::signal::{by, noted_text, text, wish};

/// What happened: `web: retry by ann | the disk is mended`.
pub(crate) fn line(signal: &Signal) -> Vec<Span<'static>> {
    noted(signal, "")
}

/// The same, and what we have to say about it, before their comment:
/// `web: retry by ann (it is over) | the disk is mended`.
pub(crate) fn noted(signal: &Signal, note: &str) -> Vec<Span<'static>> {
    let Parts { subject, verb, with } = signal::parts(signal);
    let mut spans: Vec<Span<'static>> = Vec::new();
    spans.extend(subject.map(|subject| plain(format!("{subject}: "))));
    spans.push(strong(verb.to_owned()));
    spans.push(plain(format!("{with} {}", signal::author(signal))));
    spans.extend((!note.is_empty()).then(|| plain(format!(" ({note})"))));
    spans.extend(comment(signal));
    spans
}

/// Why, in their words, behind the mark.
fn comment(signal: &Signal) -> Vec<Span<'static>> {
    if signal.comment.is_empty() {
        return Vec::new();
    }
    said(&signal.comment).into_iter().map(Span::into_owned).collect()
}

/// One that waits for a runner, unless a prompt shows it already.
pub(crate) fn write(pending: &PendingView, page: &mut Page, is_driven: bool) {
    let (what, who) = (wish(&pending.signal.wish), by(&pending.signal));
    let text = format!("{what} by {who}");
    let state = match &pending.refused {
        Some(why) => [plain(text), bad(" will be refused"), plain(format!(": {why}"))],
        None if is_driven => [plain(text), attention(" waits"), plain(" for its runner")],
        None => [plain(text), attention(" waits"), plain(" for a runner")],
    };
    page.line(state.into_iter().chain(comment(&pending.signal)));
}
