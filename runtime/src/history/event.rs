//! What the machine can be told. Every event is journaled before anything is done about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Prompt, Signal};
use crate::plan::FailurePolicy;

/// Something that moves the state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// The execution begins.
    Started,
    /// A program asks a person something and waits.
    Asked {
        /// The question.
        prompt: Prompt,
    },
    /// An operator wants something: an answer, a cancellation, a retry.
    Signalled {
        /// The sender, the wish, the reason.
        signal: Signal,
        /// Its number in the store, so that it is taken once; none if it was given in this process.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<u64>,
        /// Why it was refused, if it was: it changed nothing, and changes nothing in any replay, whatever the
        /// rules are by then. In format 1 it does not say, and is judged anew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
    },
    /// A prompt's time is over without an answer.
    TimedOut {
        /// The prompt's id.
        prompt: String,
    },
    /// A prompt has more time, because it could not be answered.
    Extended {
        /// The prompt's id.
        prompt: String,
        /// By how many milliseconds its deadline moves.
        by: u64,
        /// Why it could not.
        #[serde(default)]
        cause: Unheard,
    },
    /// Whether an effect happened has been found out after all; no answer is needed any more.
    Withdrawn {
        /// The prompt's id.
        prompt: String,
    },
    /// The wall clock of the runner's machine is wrong, or no longer: moments are AWS's. A sender who dates a signal
    /// on that machine reckons with it. It moves nothing.
    Clock {
        /// How many milliseconds the machine goes ahead.
        ahead: i64,
    },
    /// The operator lets programs use more or less than before, from here on. It moves nothing.
    Limited {
        /// What they may use now, as settings: those that change.
        limits: BTreeMap<String, String>,
        /// The operator who said so.
        by: String,
    },
    /// A wave's attempt ended.
    Ended {
        /// The wave.
        wave: String,
        /// Which attempt, from 1.
        attempt: u32,
        /// How.
        end: End,
    },
}

/// Why a prompt could not be answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unheard {
    /// The store took no answers, or the runner stood still.
    #[default]
    StoreAway,
    /// The runner that had asked was gone without a word.
    RunnerGone,
}

/// How an attempt of a wave ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "end")]
pub enum End {
    /// Its program returned.
    Completed {
        /// What it returned: the wave's checkpoint, seen by later waves as `wave.results.<name>`.
        result: Value,
    },
    /// Its program raised an error.
    Failed {
        /// The error.
        failure: Failure,
    },
    /// It stopped because the execution was cancelled.
    Cancelled {
        /// What its program had remembered by then; the hook of a cancelled wave sees it.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        details: Value,
    },
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// A code: AWS's, one of ours, or `ScriptError`.
    pub code: String,
    /// One sentence for a person.
    pub message: String,
    /// Where in the runbook, innermost first: `file:line` and the function.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<String>,
    /// What the program knew when it failed, such as the verdict on each server; the next attempt sees
    /// it as `wave.previous`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub details: Value,
    /// What the wave's own `on_failure` function decided; overrides the plan's policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<FailurePolicy>,
    /// Whether an effect's outcome is unknown, so that nothing may be retried without a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncertain: bool,
    /// The operator's setting that would have let it through, where the engine has refused it: a message may be the
    /// runbook's own words. Earlier releases did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
}
