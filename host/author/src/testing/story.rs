//! What happens in a rehearsal, line by line.

use std::cell::{Cell, RefCell};

use jiff::Timestamp;
use moontide_control::view::ServerView;
use moontide_control::words;
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::scheduler::{SignalKind, WaveStatus};
use moontide_runtime::store::Signal;
use serde::Serialize;

/// A line that the runbook has logged.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Log {
    wave: String,
    level: String,
    message: String,
}

/// An observer that keeps what a test may ask for.
#[derive(Default)]
pub(super) struct Story {
    pub(super) timeline: RefCell<Vec<String>>,
    pub(super) logs: RefCell<Vec<Log>>,
    /// The signals that were refused, and why.
    pub(super) refused: RefCell<Vec<(Signal, String)>>,
    begun: Cell<Option<Timestamp>>,
}

impl Story {
    fn tell(&self, at: Timestamp, line: &str) {
        let begun = self.begun.get().unwrap_or(at);
        self.begun.set(Some(begun));
        let offset = words::offset(words::between(begun, at));
        self.timeline.borrow_mut().push(format!("{offset}  {line}"));
    }
}

impl Observer for Story {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        if let Notice::Log { wave, level, message } = notice {
            let (wave, level, message) = (wave.clone(), level.clone(), message.clone());
            self.logs.borrow_mut().push(Log { wave, level, message });
        }
        if let Notice::Refused { signal, why } = notice {
            self.refused.borrow_mut().push((signal.clone(), why.clone()));
        }
        if let Some(line) = line(notice) {
            self.tell(at, &line);
        }
    }
}

fn line(notice: &Notice) -> Option<String> {
    let because = |why: &Option<String>| why.as_ref().map(|why| format!(": {why}"));
    Some(match notice {
        // A hook of a cancel that never came has nothing to do.
        Notice::Wave { wave, attempt: 0, status: WaveStatus::Skipped, .. }
            if wave.starts_with('@') =>
        {
            return None;
        }
        Notice::Wave { status: WaveStatus::Pending, .. } => return None,
        Notice::Wave { wave, attempt, status, reason, failure } => {
            let again = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
            let why = because(failure).or_else(|| because(reason)).unwrap_or_default();
            format!("{wave}: {}{again}{why}", word(status))
        }
        Notice::Report { wave, topic, data } if topic == "server" => {
            let server = ServerView::read(data)?;
            let why = because(&server.reason).unwrap_or_default();
            format!("{wave}: {} {}{why}", server.label(), server.verdict)
        }
        Notice::Log { wave, level, message } if level != "debug" => {
            format!("{wave}: {level} | {message}")
        }
        Notice::Asked { prompt } => format!("{}: asks | {}", prompt.id, prompt.message),
        Notice::Signalled { signal } => {
            let wish = match &signal.wish {
                SignalKind::Answer { prompt, choice, .. } => format!("{prompt}: {choice}"),
                SignalKind::Skip { wave } => format!("{wave}: skip"),
                SignalKind::Retry { wave, .. } => format!("{wave}: retry"),
                SignalKind::Cancel { .. } => "cancel".to_owned(),
                SignalKind::Pause => "pause".to_owned(),
                SignalKind::Resume => "resume".to_owned(),
                SignalKind::Note => "note".to_owned(),
            };
            format!("{wish}, by {}", signal.signed())
        }
        Notice::Refused { signal, why } => format!("refused, of {}: {why}", signal.signed()),
        Notice::TimedOut { prompt } => format!("{prompt}: no person answered in time"),
        Notice::Execution { status } => format!("the execution is {}", word(status)),
        _ => return None,
    })
}

/// A status as data calls it.
fn word(status: &impl Serialize) -> String {
    let word = serde_json::to_value(status).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
