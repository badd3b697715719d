//! What the engine tells an observer: a terminal, a log, a test. Telling is not an effect; nothing
//! is told twice because of a replay, and nothing depends on the listener.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::history::{Prompt, Signal, Unavailable, Unheard};
use crate::machine::{ExecutionStatus, WaveStatus};

/// What watches an execution.
pub trait Observer {
    /// Something happened at `at`.
    fn notice(&self, at: Timestamp, notice: &Notice);
}

/// Something worth telling.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "notice")]
pub enum Notice {
    /// A wave moved on.
    Wave {
        /// Its name.
        wave: String,
        /// Which attempt, from 1; 0 before the first.
        attempt: u32,
        /// Where it is now.
        status: WaveStatus,
        /// Why, in the engine's words, when there is more to say.
        reason: Option<String>,
        /// Why its last attempt failed, in the program's words.
        failure: Option<String>,
    },
    /// A program says what it is busy with, such as `launching 3 servers`.
    Phase {
        /// Its wave.
        wave: String,
        /// A few words.
        phase: String,
    },
    /// A program reports something structured, such as the verdict on a server.
    Report {
        /// Its wave.
        wave: String,
        /// What it is about, such as `server`.
        topic: String,
        /// The report.
        data: Value,
    },
    /// A line that a runbook logged.
    Log {
        /// Its wave.
        wave: String,
        /// `debug`, `info`, `warn` or `error`.
        level: String,
        /// The line, already cut to length and cleaned of control characters.
        message: String,
    },
    /// A call left through the door.
    Effect {
        /// Its wave.
        wave: String,
        /// The operation.
        operation: String,
        /// `ok`, `failed` or `unknown`.
        status: &'static str,
        /// Whether an earlier call was found and adopted instead of sending again.
        adopted: bool,
    },
    /// The runner cannot see the world, and waits for that to end.
    Waiting {
        /// The wave that waits.
        wave: String,
        /// The operation.
        operation: String,
        /// What it waits for.
        #[serde(skip)]
        unavailable: Unavailable,
        /// What was seen last.
        message: String,
        /// How long it has waited.
        waited: Duration,
        /// How long it waits at most.
        patience: Duration,
    },
    /// The runner sees the world again.
    WentOn {
        /// The wave that has waited.
        wave: String,
        /// The operation.
        operation: String,
        /// How long it has waited.
        waited: Duration,
    },
    /// The runner cannot write to the store, and waits for that to end.
    StoreWaits {
        /// What the store said last.
        message: String,
        /// How long it has waited.
        waited: Duration,
        /// How long it waits at most.
        patience: Duration,
    },
    /// A person is asked.
    Asked {
        /// The question.
        prompt: Prompt,
    },
    /// An operator wants something, and it is done.
    Signalled {
        /// The sender, the wish, the reason.
        signal: Signal,
    },
    /// A person has answered, and it takes more people who say the same.
    Approved {
        /// The sender, the wish, the reason.
        signal: Signal,
        /// The prompt, which stays open.
        prompt: Prompt,
    },
    /// An operator wants something, and it is refused.
    Refused {
        /// The sender, the wish, the reason.
        signal: Signal,
        /// Why not.
        why: String,
    },
    /// A prompt's time is over without an answer.
    TimedOut {
        /// Which prompt.
        prompt: String,
    },
    /// The time of prompts is over, and the runner waits until it knows whether a person could answer them.
    Unheard {
        /// The prompts.
        prompts: Vec<String>,
        /// How long it has waited.
        waited: Duration,
        /// How long it waits at most.
        patience: Duration,
    },
    /// A prompt could not be answered: there is more time for it.
    Extended {
        /// The prompt, with its new deadline.
        prompt: Prompt,
        /// Why it could not.
        cause: Unheard,
    },
    /// A prompt is open no more, for whatever reason.
    Closed {
        /// Which prompt.
        prompt: String,
    },
    /// The execution moved on.
    Execution {
        /// Where it is now.
        status: ExecutionStatus,
    },
}

/// No observer.
pub struct Unobserved;

impl Observer for Unobserved {
    fn notice(&self, _at: Timestamp, _notice: &Notice) {}
}
