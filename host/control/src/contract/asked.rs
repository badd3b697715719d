//! The shapes of prompts, signals and notices, as documents show them.
#![expect(dead_code, reason = "they are shapes, and are never made")]

use jiff::Timestamp;
use schemars::JsonSchema;
use serde_json::{Map, Value};

/// A question that is open until a person answers it, or its time is over.
#[derive(JsonSchema)]
pub struct Prompt {
    /// Unique in the execution.
    id: String,
    /// The wave that it holds up; empty: all of them.
    wave: String,
    /// Why it is asked.
    kind: PromptKind,
    /// The question.
    message: String,
    /// The answers that it takes.
    choices: Vec<String>,
    /// The approvers: names, or groups of the execution. Absent: all people.
    #[schemars(skip_serializing_if = "absent")]
    approvers: Vec<String>,
    /// How many different people must say the same before it goes on. Absent: one.
    #[schemars(skip_serializing_if = "absent")]
    approvals: u32,
    /// The approvals so far, where one is not enough. Absent: none.
    #[schemars(skip_serializing_if = "absent")]
    given: Vec<Map<String, Value>>,
    /// Tells the question from others: what an answer carries.
    seal: String,
    /// What there is to look at before answering. Absent: nothing.
    #[schemars(skip_serializing_if = "absent")]
    evidence: Map<String, Value>,
    /// What an effect returns that may have happened, as an example in JSON. Absent: that is not asked.
    #[schemars(skip_serializing_if = "absent")]
    returns: Option<String>,
    /// When it was opened.
    opened_at: Timestamp,
    /// When silence becomes an answer. Absent: never.
    #[schemars(skip_serializing_if = "absent")]
    deadline: Option<Timestamp>,
    /// By how many milliseconds that is later than was said when it was opened. Absent: 0.
    #[schemars(skip_serializing_if = "absent")]
    extended: u64,
    /// The answer that silence gives. Absent: none.
    #[schemars(skip_serializing_if = "absent")]
    on_timeout: Option<String>,
}

/// Why a person is asked.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
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

/// What answers a prompt, as commands to type.
#[derive(JsonSchema)]
pub struct Commands {
    /// The likeliest; null: there is none.
    command: Option<String>,
    /// All of them, where each is as likely as the others. Absent: one is likelier.
    #[schemars(skip_serializing_if = "absent")]
    commands: Vec<String>,
}

/// Something that a person wants of an execution.
#[derive(JsonSchema)]
pub struct Signal {
    /// What: `answer`, `note`, `cancel`, `pause`, `resume`, `retry`, `skip`. More may be added.
    wish: String,
    /// In whose name.
    by: String,
    /// The real sender, where that is another one. Absent: it is the same.
    #[schemars(skip_serializing_if = "absent")]
    sender: String,
    /// Why. Absent: it was not said.
    #[schemars(skip_serializing_if = "absent")]
    comment: String,
    /// When it was sent.
    at: Timestamp,
    /// Of an answer: the prompt's id.
    #[schemars(skip_serializing_if = "absent")]
    prompt: String,
    /// Of an answer: what was chosen.
    #[schemars(skip_serializing_if = "absent")]
    choice: String,
    /// Of an answer: the seal of the question that was read.
    #[schemars(skip_serializing_if = "absent")]
    seal: String,
    /// Of an answer: what an effect returned of which it says that it happened.
    #[schemars(skip_serializing_if = "absent")]
    value: Value,
    /// Of a cancel: how many cancels its sender has seen taken.
    #[schemars(skip_serializing_if = "absent")]
    seen: u32,
    /// Of a retry or a skip: the wave.
    #[schemars(skip_serializing_if = "absent")]
    wave: String,
    /// Of a retry: other sources for the wave, from then on.
    #[schemars(skip_serializing_if = "absent")]
    mend: Map<String, Value>,
}

/// Something that happened. Which fields there are depends on `notice`; more may be added.
#[derive(JsonSchema)]
pub struct Notice {
    /// What: `wave`, `phase`, `report`, `log`, `effect`, `waiting`, `went_on`, `store_waits`, `asked`, `signalled`,
    /// `approved`, `refused`, `timed_out`, `unheard`, `extended`, `closed`, `execution`, `driven`, `left`.
    notice: String,
    /// The rest of it.
    #[schemars(flatten)]
    more: Map<String, Value>,
}
