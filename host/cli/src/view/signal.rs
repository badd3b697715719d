//! A signal in words.

use moontide_runtime::journal::Mend;
use moontide_runtime::journal::execution::Module;
use moontide_runtime::scheduler::signal::named;
use moontide_runtime::scheduler::{Signal, Wish};
use serde::Serialize;

use super::record::Pending;
use crate::output::style::{attention, bad, plain, said, strong};
use crate::output::{Page, Span};

/// What it wants, as a subject: `a retry of web`.
pub(crate) fn wish(wish: &Wish) -> String {
    match wish {
        Wish::Answer { prompt, choice, .. } => format!("the answer {prompt}: {choice}"),
        Wish::Note => "a note".to_owned(),
        Wish::Cancel { .. } => "a cancel".to_owned(),
        Wish::Pause => "a pause".to_owned(),
        Wish::Resume => "a resume".to_owned(),
        Wish::Retry { wave, mend: None } => format!("a retry of {wave}"),
        Wish::Retry { wave, mend: Some(mend) } => {
            format!("a retry of {wave} with {}", other(mend))
        }
        Wish::Skip { wave } => format!("a skip of {wave}"),
    }
}

/// The files that a wave gets others of: `another shop/runbook.luau`.
fn other(mend: &Mend) -> String {
    let file = |(name, module): (&String, &Option<Module>)| match module {
        Some(module) => format!("another {}", module.file),
        None => format!("no {name}"),
    };
    let files: Vec<String> = mend.modules.iter().map(file).collect();
    if files.is_empty() { "the sources of the beginning".to_owned() } else { files.join(", ") }
}

/// The choice, if it answers this prompt.
pub(crate) fn answer_to<'s>(asked: &str, signal: &'s Signal) -> Option<(&'s str, &'s Signal)> {
    match &signal.wish {
        Wish::Answer { prompt, choice, .. } if prompt == asked => Some((choice.as_str(), signal)),
        _ => None,
    }
}

/// Who sent it: `ann`, or `ann (sent by root)` where the name is a claim.
pub(crate) fn by(signal: &Signal) -> String {
    named(&signal.by, &signal.sender)
}

/// What happened: `web: retry by ann | the disk is mended`.
pub(crate) fn line(signal: &Signal) -> Vec<Span<'static>> {
    noted(signal, "")
}

/// The same, and what we have to say about it, before their comment:
/// `web: retry by ann (it is over) | the disk is mended`.
pub(crate) fn noted(signal: &Signal, note: &str) -> Vec<Span<'static>> {
    let (subject, verb) = match &signal.wish {
        Wish::Answer { prompt, choice, .. } => (Some(prompt), choice.as_str()),
        Wish::Note => (None, "note"),
        Wish::Cancel { .. } => (None, "cancel"),
        Wish::Pause => (None, "pause"),
        Wish::Resume => (None, "resume"),
        Wish::Retry { wave, .. } => (Some(wave), "retry"),
        Wish::Skip { wave } => (Some(wave), "skip"),
    };
    let mut spans: Vec<Span<'static>> = Vec::new();
    spans.extend(subject.map(|subject| plain(format!("{subject}: "))));
    spans.push(strong(verb.to_owned()));
    if let Wish::Retry { mend: Some(mend), .. } = &signal.wish {
        spans.push(plain(format!(" with {}", other(mend))));
    }
    spans.push(plain(format!(" {}", author(signal))));
    spans.extend((!note.is_empty()).then(|| plain(format!(" ({note})"))));
    spans.extend(comment(signal));
    spans
}

/// One of several voices: `continue by ann`.
pub(crate) fn voice(signal: &Signal) -> String {
    let choice = match &signal.wish {
        Wish::Answer { choice, .. } => choice.as_str(),
        Wish::Skip { .. } => "skip",
        _ => "",
    };
    format!("{choice} {}", author(signal))
}

fn author(signal: &Signal) -> String {
    format!("by {}", by(signal))
}

/// The same as [`line`], without styles.
pub(crate) fn text(signal: &Signal) -> String {
    noted_text(signal, "")
}

/// The same as [`noted`], without styles.
pub(crate) fn noted_text(signal: &Signal, note: &str) -> String {
    noted(signal, note).iter().map(Span::text).collect()
}

/// Why, in their words, behind the mark.
fn comment(signal: &Signal) -> Vec<Span<'static>> {
    if signal.comment.is_empty() {
        return Vec::new();
    }
    said(&signal.comment).into_iter().map(Span::into_owned).collect()
}

/// A signal that waits for a runner.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PendingView {
    number: u64,
    #[serde(flatten)]
    signal: Signal,
    /// Why it will be refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

impl PendingView {
    pub(crate) fn of(pending: &Pending) -> PendingView {
        PendingView {
            number: pending.number,
            signal: pending.signal.clone(),
            refused: pending.refusal.as_ref().map(ToString::to_string),
        }
    }

    /// A line, unless a prompt shows it already.
    pub(crate) fn write(&self, page: &mut Page, is_driven: bool) {
        let (what, who) = (wish(&self.signal.wish), by(&self.signal));
        let text = format!("{what} by {who}");
        let state = match &self.refused {
            Some(why) => [plain(text), bad(" will be refused"), plain(format!(": {why}"))],
            None if is_driven => [plain(text), attention(" waits"), plain(" for its runner")],
            None => [plain(text), attention(" waits"), plain(" for a runner")],
        };
        page.line(state.into_iter().chain(comment(&self.signal)));
    }

    /// Whether the prompt that it answers shows it.
    pub(crate) fn is_shown_by(&self, prompt: &str) -> bool {
        self.refused.is_none()
            && matches!(&self.signal.wish, Wish::Answer { prompt: own, .. } if own == prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(wish: Wish) -> Signal {
        Signal {
            wish,
            by: "ann".into(),
            sender: "root".into(),
            comment: "wrong day".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_claimed_name_stands_beside_the_real_one() {
        assert_eq!(
            text(&signal(Wish::Cancel { seen: 0 })),
            "cancel by ann (sent by root) | wrong day"
        );
        let retry = signal(Wish::Retry { wave: "web".into(), mend: None });
        assert_eq!(text(&retry), "web: retry by ann (sent by root) | wrong day");
        assert_eq!(wish(&retry.wish), "a retry of web");
    }

    #[test]
    fn what_we_say_about_it_stands_before_the_mark() {
        let noted = noted_text(&signal(Wish::Cancel { seen: 0 }), "it is over");
        assert_eq!(noted, "cancel by ann (sent by root) (it is over) | wrong day");
    }
}
