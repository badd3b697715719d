//! A signal that was left in the store, and the runner that will take it.

use moontide_runtime::store::Signal;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Outside, Replaced};
use crate::contract::asked;
use crate::next::Next;

/// What was sent, and what happens with it.
#[derive(Serialize, JsonSchema)]
pub struct Sent {
    /// The execution.
    pub execution: String,
    /// Its number among the execution's signals; none where it is journaled already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The signal.
    #[schemars(with = "asked::Signal")]
    pub signal: Signal,
    /// The runner that will take it; `None`: no runner drives the execution.
    pub runner: Option<String>,
    /// The step after which a runner takes it.
    pub next: Option<Next>,
    /// Other waves that wait for their turn again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub called_back: Vec<String>,
    /// Those that are left out all the same when their turn comes, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub still_skipped: Vec<String>,
    /// What goes on outside in spite of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<Outside>,
    /// What others have launched since, where that matters.
    #[serde(skip_serializing_if = "Replaced::is_empty")]
    pub replaced: Replaced,
    /// Whether the time of what it answers is over by this machine's clock, and the runner has not taken it although
    /// there was time: then it may still be refused.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
    /// What it means, for people.
    #[serde(skip)]
    pub meaning: String,
}
