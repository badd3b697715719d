//! What closed a prompt: the answer to it, its time-out, or something else that left nothing to ask.

use moontide_runtime::scheduler::outlook::Closing;
use moontide_runtime::scheduler::{Choice, End, Event, Signal, SignalKind};

use super::signal;

/// The event after which a prompt was open no more.
#[derive(Clone, Copy)]
pub struct Closed<'o>(pub(super) &'o Closing);

impl<'o> Closed<'o> {
    /// The answer to the prompt, if that closed it.
    pub fn answer(self, asked: &str) -> Option<(&'o str, &'o Signal)> {
        let Event::Signalled { signal, .. } = &self.0.event else { return None };
        signal::answer_to(asked, signal)
    }

    /// Its entry's sequence in the journal; `None` if it waits for a runner.
    pub fn entry(self) -> Option<u64> {
        self.0.entry
    }

    /// For a person who answers too late: `web` was closed by its time-out: abort.
    pub fn sentence(self, asked: &str) -> String {
        match self.answer(asked) {
            Some(_) => format!("`{asked}` was answered already: {}", self.by(asked)),
            None => format!("`{asked}` was closed by {}", self.by(asked)),
        }
    }

    /// What it was: `continue by ann`, `its time-out: abort`, `a cancel by bob`.
    pub fn by(self, asked: &str) -> String {
        match &self.0.event {
            Event::Signalled { signal, .. } => match self.answer(asked) {
                Some((choice, _)) => format!("{choice} by {}", signal::by(signal)),
                None => match &signal.wish {
                    SignalKind::Answer { prompt, choice, .. } => {
                        format!("the answer to `{prompt}`: {choice} by {}", signal::by(signal))
                    }
                    wish => format!("{} by {}", signal::wish(wish), signal::by(signal)),
                },
            },
            Event::TimedOut { prompt } => {
                let silence = self.0.silence.as_ref().map_or("", Choice::as_str);
                if prompt == asked {
                    format!("its time-out: {silence}")
                } else {
                    format!("the time-out of `{prompt}`: {silence}")
                }
            }
            Event::Ended { wave, end: End::Cancelled { .. }, .. } => {
                format!("the cancel of `{wave}`")
            }
            Event::Ended { wave, .. } => format!("the end of `{wave}`"),
            Event::Withdrawn { .. } => "what was found out about it".to_owned(),
            // None of them closes anything.
            Event::Started
            | Event::Asked { .. }
            | Event::Clock { .. }
            | Event::Limited { .. }
            | Event::Extended { .. } => "what came after it".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn signalled(wish: SignalKind) -> Event {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let (sender, comment) = ("root".into(), "quickly".into());
        let signal = Signal { wish, by: "bob".into(), sender, comment, at };
        Event::Signalled { signal, number: None, refused: None }
    }

    fn answer(prompt: &str) -> Event {
        let (prompt, choice) = (prompt.into(), "abort".into());
        signalled(SignalKind::Answer {
            prompt,
            choice,
            fingerprint: String::new(),
            value: Value::Null,
        })
    }

    /// What is said of `web`, which timed out into an abort or was closed by another event.
    fn said(event: &Event) -> String {
        let is_silence = matches!(event, Event::TimedOut { .. });
        let silence = is_silence.then(|| Choice::new("abort"));
        let closing = Closing { entry: Some(7), event: event.clone(), silence };
        Closed(&closing).sentence("web")
    }

    #[test]
    fn whatever_closed_it_is_named() {
        let time_out = |prompt: &str| said(&Event::TimedOut { prompt: prompt.into() });
        assert_eq!(time_out("web"), "`web` was closed by its time-out: abort");
        assert_eq!(time_out("db"), "`web` was closed by the time-out of `db`: abort");
        let answered = "`web` was answered already: abort by bob (sent by root)";
        assert_eq!(said(&answer("web")), answered);
        let other = "`web` was closed by the answer to `db`: abort by bob (sent by root)";
        assert_eq!(said(&answer("db")), other);
        let cancelled = "`web` was closed by a cancel by bob (sent by root)";
        assert_eq!(said(&signalled(SignalKind::Cancel { seen: 0 })), cancelled);
        let ended = |end| Event::Ended { wave: "web".into(), attempt: 1, end };
        assert_eq!(
            said(&ended(End::Cancelled { details: Value::Null })),
            "`web` was closed by the cancel of `web`"
        );
        let end = End::Completed { result: Value::Null };
        assert_eq!(said(&ended(end)), "`web` was closed by the end of `web`");
    }
}
