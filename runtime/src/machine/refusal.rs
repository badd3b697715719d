//! Why an event does not fit the state, in words for its sender.

use super::WaveStatus;

/// An event that does not fit the state. The state stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is over, or not begun.
    #[error("the execution is {0}")]
    Status(&'static str),
    /// It was adopted: there is nothing from which it could go on.
    #[error(
        "the execution was adopted after its store was lost, and what it ran from is lost with that"
    )]
    Adopted,
    /// It was refused when it was journaled, in these words.
    #[error("{0}")]
    Journaled(String),
    /// It has been cancelled before.
    #[error("the execution has been cancelled already, by {0}")]
    Cancelled(String),
    /// No such prompt is open: never asked, or answered already.
    #[error("there is no open prompt `{0}`")]
    NoPrompt(String),
    /// The answer was meant for another question.
    #[error(
        "the answer was meant for another question than `{0}`, or for other sources: read it again"
    )]
    OtherQuestion(String),
    /// The person who answers is not among the approvers.
    #[error("`{by}` may not decide this: it takes {approvers}")]
    NotApprover {
        /// The person who answered.
        by: String,
        /// The approvers, for people.
        approvers: String,
    },
    /// It takes several people, and this one has spoken.
    #[error("`{by}` has said so already: it takes {missing} more")]
    SamePerson {
        /// The person who answered.
        by: String,
        /// How many more people must agree.
        missing: usize,
    },
    /// One person alone cannot leave it out.
    #[error("leaving `{wave}` out takes several people: answer its pause point once it is open")]
    NotAlone {
        /// The wave.
        wave: String,
    },
    /// It is paused already.
    #[error("the execution is paused already")]
    Held,
    /// It is not paused.
    #[error("the execution is not paused")]
    NotHeld,
    /// Another question was answered with `abort`, and that was not taken back.
    #[error("`{at}` was {reason}; no other wave starts before that is retried")]
    Aborted {
        /// Where: a wave, or the id of a person's pause.
        at: String,
        /// The person who said so, and the reason.
        reason: String,
    },
    /// There is no such wave.
    #[error("there is no wave `{0}`")]
    NoWave(String),
    /// Only a failed wave can be attempted once more.
    #[error("wave `{wave}` is {status}, not failed")]
    NotFailed {
        /// The wave.
        wave: String,
        /// Where it stands.
        status: WaveStatus,
    },
    /// What it depends on has not completed either.
    #[error("wave `{wave}` depends on `{on}`, which did not complete: that one is retried first")]
    Behind {
        /// The wave.
        wave: String,
        /// What it depends on.
        on: String,
    },
    /// It is too late, or too early, to leave a wave out.
    #[error("wave `{wave}` is {status} and cannot be left out")]
    NotSkippable {
        /// The wave.
        wave: String,
        /// Where it stands.
        status: WaveStatus,
    },
    /// The prompt does not take this answer.
    #[error("prompt `{prompt}` takes {choices}, not `{choice}`")]
    NoChoice {
        /// The prompt.
        prompt: String,
        /// What it takes, for people.
        choices: String,
        /// What was given.
        choice: String,
    },
    /// A person who vouches for a call has to say what it returned.
    #[error("`{prompt}`: the runbook goes on with what the call returned, such as {returns}")]
    NoValue {
        /// The prompt.
        prompt: String,
        /// An example.
        returns: String,
    },
    /// No such wave attempt is running.
    #[error("attempt {attempt} of `{wave}` is not running")]
    NotRunning {
        /// The wave.
        wave: String,
        /// The attempt.
        attempt: u32,
    },
}
