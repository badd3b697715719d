//! Questions to a person.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Evidence;

/// A question that is open until a person answers it, or its time is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// Unique in the execution: the wave's name for its pause point, `wave#attempt.failure` after a
    /// failure, `lane.position` for a question that a program asks, `lane.position.attempt.unknown` for an
    /// effect that may or may not have happened, `@pause.1` for the first `pause` of a person.
    pub id: String,
    /// The wave it holds up; empty: all of them.
    pub wave: String,
    /// Why it is asked.
    pub kind: PromptKind,
    /// The question, already cleaned of control characters.
    pub message: String,
    /// The answers it takes.
    pub choices: Vec<Choice>,
    /// The approvers: names, or groups of the execution; empty: all people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvers: Vec<String>,
    /// How many different people must say the same before it goes on. One is enough to stop.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub approvals: u32,
    /// The approvals so far, where one is not enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<Approval>,
    /// Derives from the execution, its sources and the id: an answer that was meant for another question
    /// carries another fingerprint. Set by the machine.
    #[serde(default, rename = "seal")]
    pub fingerprint: String,
    /// What there is to look at before answering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Of an effect that may have happened: what it returns, as an example in JSON, if the person who says that it
    /// happened has to say that too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When silence becomes an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// By how many milliseconds that is later than was said when it was opened.
    #[serde(default, skip_serializing_if = "is_none")]
    pub extended: u64,
    /// The answer that silence gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_timeout: Option<Choice>,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_one(approvals: &u32) -> bool {
    *approvals == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_none(extended: &u64) -> bool {
    *extended == 0
}

/// One of several approvals that a prompt needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// In whose name.
    pub by: String,
    /// The real sender, where that is another person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sender: String,
    /// What they said.
    pub choice: Choice,
}

impl Prompt {
    /// A question with these answers, which every person may give at any time.
    pub fn new(
        id: String,
        wave: &str,
        kind: PromptKind,
        message: String,
        choices: &[&str],
    ) -> Prompt {
        Prompt {
            id,
            wave: wave.to_owned(),
            kind,
            message,
            choices: Choice::all(choices),
            approvers: Vec::new(),
            approvals: 1,
            given: Vec::new(),
            fingerprint: String::new(),
            evidence: None,
            returns: None,
            opened_at: Timestamp::UNIX_EPOCH,
            deadline: None,
            extended: 0,
            on_timeout: None,
        }
    }

    /// For how long it was open when it was opened; `None`: until a person answers.
    pub fn time(&self) -> Option<Duration> {
        let whole = Duration::try_from(self.opened_at.duration_until(self.deadline?));
        Some(whole.unwrap_or_default().saturating_sub(Duration::from_millis(self.extended)))
    }

    /// Whether an answer has to say what an effect returned.
    pub fn takes_value(&self, choice: &str) -> bool {
        self.returns.is_some() && choice == unknown::HAPPENED
    }

    /// How many more people must say what most have said so far.
    pub fn missing(&self) -> usize {
        let same =
            |choice: &Choice| self.given.iter().filter(|given| given.choice == *choice).count();
        let most = self.choices.iter().map(same).max().unwrap_or_default();
        (self.approvals as usize).saturating_sub(most)
    }
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
    /// A launch would delete an instance that is there.
    Replace,
    /// It cannot be told whether an effect happened.
    Unknown,
    /// A person has paused the execution.
    Hold,
}

impl PromptKind {
    /// Whether a program is alive behind it, and waits for the answer.
    pub fn is_of_program(self) -> bool {
        matches!(self, PromptKind::Question | PromptKind::Replace | PromptKind::Unknown)
    }
}

/// The answers to [`PromptKind::Unknown`].
pub mod unknown {
    /// It happened: go on, and do not send it again.
    pub const HAPPENED: &str = "happened";
    /// It did not happen, and shall not: the program gets an error.
    pub const DID_NOT: &str = "did-not";
    /// Send it again.
    pub const TRY_AGAIN: &str = "try-again";
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
