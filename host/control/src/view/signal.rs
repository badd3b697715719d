//! A signal in words.

use moontide_runtime::journal::Mend;
use moontide_runtime::journal::execution::Module;
use moontide_runtime::scheduler::signal::named;
use moontide_runtime::scheduler::{Signal, SignalKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::record::Pending;

use crate::contract::asked;

/// What it wants, as a subject: `a retry of web`.
pub fn wish(wish: &SignalKind) -> String {
    match wish {
        SignalKind::Answer { prompt, choice, .. } => format!("the answer {prompt}: {choice}"),
        SignalKind::Note => "a note".to_owned(),
        SignalKind::Cancel { .. } => "a cancel".to_owned(),
        SignalKind::Pause => "a pause".to_owned(),
        SignalKind::Resume => "a resume".to_owned(),
        SignalKind::Retry { wave, mend: None } => format!("a retry of {wave}"),
        SignalKind::Retry { wave, mend: Some(mend) } => {
            format!("a retry of {wave} with {}", other(mend))
        }
        SignalKind::Skip { wave } => format!("a skip of {wave}"),
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
pub fn answer_to<'s>(asked: &str, signal: &'s Signal) -> Option<(&'s str, &'s Signal)> {
    match &signal.wish {
        SignalKind::Answer { prompt, choice, .. } if prompt == asked => {
            Some((choice.as_str(), signal))
        }
        _ => None,
    }
}

/// Its sender: `ann`, or `ann (sent by root)` where the name is a claim.
pub fn by(signal: &Signal) -> String {
    named(&signal.by, &signal.sender)
}

/// What happened, in its parts: `web`, `retry`, ` with another shop/runbook.luau`.
pub struct Parts<'s> {
    /// The prompt or the wave that it is about.
    pub subject: Option<&'s str>,
    /// What was wanted, or answered.
    pub verb: &'s str,
    /// With what.
    pub with: String,
}

/// The parts of a line about a signal.
pub fn parts(signal: &Signal) -> Parts<'_> {
    let (subject, verb) = match &signal.wish {
        SignalKind::Answer { prompt, choice, .. } => (Some(prompt.as_str()), choice.as_str()),
        SignalKind::Note => (None, "note"),
        SignalKind::Cancel { .. } => (None, "cancel"),
        SignalKind::Pause => (None, "pause"),
        SignalKind::Resume => (None, "resume"),
        SignalKind::Retry { wave, .. } => (Some(wave.as_str()), "retry"),
        SignalKind::Skip { wave } => (Some(wave.as_str()), "skip"),
    };
    let with = match &signal.wish {
        SignalKind::Retry { mend: Some(mend), .. } => format!(" with {}", other(mend)),
        _ => String::new(),
    };
    Parts { subject, verb, with }
}

/// One of several approvals: `continue by ann`.
pub fn approval(signal: &Signal) -> String {
    let choice = match &signal.wish {
        SignalKind::Answer { choice, .. } => choice.as_str(),
        SignalKind::Skip { .. } => "skip",
        _ => "",
    };
    format!("{choice} {}", author(signal))
}

/// Its sender, behind what was wanted: `by ann`.
pub fn author(signal: &Signal) -> String {
    format!("by {}", by(signal))
}

/// What happened, on one line: `web: retry by ann | the disk is mended`.
pub fn text(signal: &Signal) -> String {
    noted_text(signal, "")
}

/// The same, and what we have to say about it, before their comment:
/// `web: retry by ann (it is over) | the disk is mended`.
pub fn noted_text(signal: &Signal, note: &str) -> String {
    let Parts { subject, verb, with } = parts(signal);
    let subject = subject.map(|subject| format!("{subject}: ")).unwrap_or_default();
    let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
    let comment = match signal.comment.as_str() {
        "" => String::new(),
        comment => format!(" | {comment}"),
    };
    format!("{subject}{verb}{with} {}{note}{comment}", author(signal))
}

/// A signal that waits for a runner.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PendingView {
    /// Its number among the execution's signals.
    pub number: u64,
    /// What it wants.
    #[serde(flatten)]
    #[schemars(with = "asked::Signal")]
    pub signal: Signal,
    /// Why it will be refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl PendingView {
    /// The view of it.
    pub fn of(pending: &Pending) -> PendingView {
        PendingView {
            number: pending.number,
            signal: pending.signal.clone(),
            refused: pending.refusal.as_ref().map(ToString::to_string),
        }
    }

    /// Whether the prompt that it answers shows it.
    pub fn is_shown_by(&self, prompt: &str) -> bool {
        self.refused.is_none()
            && matches!(&self.signal.wish, SignalKind::Answer { prompt: own, .. } if own == prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(wish: SignalKind) -> Signal {
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
            text(&signal(SignalKind::Cancel { seen: 0 })),
            "cancel by ann (sent by root) | wrong day"
        );
        let retry = signal(SignalKind::Retry { wave: "web".into(), mend: None });
        assert_eq!(text(&retry), "web: retry by ann (sent by root) | wrong day");
        assert_eq!(wish(&retry.wish), "a retry of web");
    }

    #[test]
    fn what_we_say_about_it_stands_before_the_mark() {
        let noted = noted_text(&signal(SignalKind::Cancel { seen: 0 }), "it is over");
        assert_eq!(noted, "cancel by ann (sent by root) (it is over) | wrong day");
    }
}
