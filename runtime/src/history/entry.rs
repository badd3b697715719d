//! One line of the journal.

//!
//! What is written is one flat object; `line` reads it.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::canonical::Hash;
use super::line::Line;
use super::{Class, Event, Key, Lane, Outcome};

/// An entry that never changes once it is written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Its place in the execution's journal, counted from 1 without gaps.
    pub sequence: u64,
    /// The epoch of the lease under which it was written.
    pub epoch: u64,
    /// When, by the writer's clock.
    pub at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub body: Body,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entry, D::Error> {
        Line::deserialize(deserializer)?.entry()
    }
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Body {
    /// The scheduler took this event; its state is the fold of all of them.
    Event {
        /// The event.
        event: Event,
    },
    /// An effect that changes the outside is about to be sent.
    Intent {
        /// The effect.
        #[serde(flatten)]
        step: Step,
        /// How often it has been about to be sent, counted from 1.
        attempt: u32,
    },
    /// An effect ended.
    Outcome {
        /// The effect.
        #[serde(flatten)]
        step: Step,
        /// The intent that it belongs to; 0 where none was needed.
        attempt: u32,
        /// How it ended.
        outcome: Outcome,
        /// The service's request id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
        /// Whether an earlier call was found in the world instead of sending again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        adopted: bool,
    },
}

/// One effect of one lane: what was asked, where, by which name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The strand of effects.
    pub lane: Lane,
    /// Its place in the lane, counted from 1.
    pub position: u32,
    /// The operation's registered name.
    pub operation: String,
    /// The operation's class when it was written.
    pub class: Class,
    /// The hash of the canonical arguments.
    pub hash: Hash,
    /// The effect's identity.
    pub key: Key,
    /// Where the runbook asked for it: `file:line`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub site: String,
    /// The canonical arguments; left out of an outcome whose intent already carries them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
}
