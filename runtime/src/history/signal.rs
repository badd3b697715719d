//! What people and other processes want of an execution: the sender, the wish and the reason.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Mend, Prompt, PromptKind};
use crate::text::plain;

/// Something that a person, a flag or another process wants of an execution. It is journaled as it was
/// sent, also when it is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// What.
    #[serde(flatten)]
    pub wish: SignalKind,
    /// In whose name.
    pub by: String,
    /// The real sender, where that is another one: an AWS caller or a user of the operating system.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sender: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// When it was sent, by the sender's clock, set right as far as the journal says how. It ends no prompt's
    /// time that is not over by the runner's own clock.
    pub at: Timestamp,
}

impl Signal {
    /// What stands for a signal in the store that cannot be read: a note, so that it is told, journaled and
    /// passed by. One damaged row stops no execution.
    pub fn unreadable(number: u64, why: &str) -> Signal {
        let why = plain(why, 200);
        Signal {
            wish: SignalKind::Note,
            by: "(unreadable)".to_owned(),
            sender: String::new(),
            comment: format!("signal {number} cannot be read, and nothing follows from it: {why}"),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    /// The name, the real sender, and the comment behind it: `ann (sent by root): replica is behind`.
    pub fn signed(&self) -> String {
        let who = named(&self.by, &self.sender);
        if self.comment.is_empty() { who } else { format!("{who}: {}", self.comment) }
    }

    /// The name, and the comment behind it: `ann: replica is behind`.
    pub fn author(&self) -> String {
        if self.comment.is_empty() {
            self.by.clone()
        } else {
            format!("{}: {}", self.by, self.comment)
        }
    }
}

/// A name, and the real sender: `ann`, or `ann (sent by root)` where the name is a claim.
pub fn named(by: &str, sender: &str) -> String {
    if sender.is_empty() { by.to_owned() } else { format!("{by} (sent by {sender})") }
}

/// What a signal wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "wish")]
pub enum SignalKind {
    /// Answer a prompt.
    Answer {
        /// The prompt's id.
        prompt: String,
        /// The answer, one of the prompt's choices.
        choice: String,
        /// The prompt's fingerprint, from the person who has read the question; empty: it was asked in this process.
        #[serde(default, rename = "seal", skip_serializing_if = "String::is_empty")]
        fingerprint: String,
        /// What an effect returned of which a person says that it happened.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        value: Value,
    },
    /// Nothing but that its comment is kept: what an operator saw.
    Note,
    /// Stop everything at its next effect.
    Cancel {
        /// How many cancels its sender has seen taken.
        #[serde(default, skip_serializing_if = "is_zero")]
        seen: u32,
    },
    /// Start no further wave before an operator says `resume`.
    Pause,
    /// Go on after a `pause`.
    Resume,
    /// Attempt a failed wave once more.
    Retry {
        /// The wave.
        wave: String,
        /// Other sources for it, from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mend: Option<Mend>,
    },
    /// Leave a wave out; its dependants go on as if it were completed.
    Skip {
        /// The wave.
        wave: String,
    },
}

impl SignalKind {
    /// Whether it decides about this prompt, so that it may come too late for it.
    pub fn answers(&self, prompt: &Prompt) -> bool {
        match self {
            SignalKind::Answer { prompt: id, .. } => *id == prompt.id,
            SignalKind::Skip { wave } => *wave == prompt.wave && prompt.kind == PromptKind::Pause,
            SignalKind::Note
            | SignalKind::Cancel { .. }
            | SignalKind::Pause
            | SignalKind::Resume
            | SignalKind::Retry { .. } => false,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}
