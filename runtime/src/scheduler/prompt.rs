//! Questions to a person.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A question that is open until somebody answers it, or its time is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Unique in the execution: the wave's name for its pause point, `wave#attempt.failure` after a
    /// failure, `lane.position` for a question that a program asks.
    pub id: String,
    /// The wave it holds up.
    pub wave: String,
    /// Why it is asked.
    pub kind: PromptKind,
    /// The question, already cleaned of control characters.
    pub message: String,
    /// The answers it takes.
    pub choices: Vec<Choice>,
    /// Who is asked, shown with the question; empty: anybody. Not enforced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvers: Vec<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When silence becomes an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// The answer that silence gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_timeout: Option<Choice>,
}

/// Why a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptKind {
    /// A pause point before a wave.
    Pause,
    /// A wave failed and its policy is `ask`.
    Failure,
    /// A program asks in the middle of its wave.
    Question,
}

/// An answer, or one of the answers that a prompt takes: a lower-case word such as `continue`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Choice(String);

impl Choice {
    /// The choice that is written like this.
    pub fn new(word: impl Into<String>) -> Choice {
        Choice(word.into())
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Every one of the words, as choices.
    pub fn all(words: &[&str]) -> Vec<Choice> {
        words.iter().map(|word| Choice::new(*word)).collect()
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
