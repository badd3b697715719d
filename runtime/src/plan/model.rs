//! The plan: a graph of waves. Plain data; what hooks do is not in here, only that they are there.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Outside;

/// Rehearsing for the day, or the day itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Launches are drills; nothing that production may rely on is touched.
    Drill,
    /// Launches are recoveries.
    Recovery,
}

/// A checked runbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The runbook's name: lower-case words joined by `-` or `_`.
    pub name: String,
    /// One sentence for lists.
    #[serde(default)]
    pub description: String,
    /// The Regions it may act in; the first is where its calls go. Empty: the session's Region.
    #[serde(default)]
    pub regions: Vec<String>,
    /// The Region that it recovers from, where declared. Nothing is done there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_region: Option<String>,
    /// The AWS account it may act in, where declared.
    #[serde(default)]
    pub account: Option<String>,
    /// How long recovery may take.
    #[serde(default)]
    pub rto: Option<Duration>,
    /// How much data may be lost.
    #[serde(default)]
    pub rpo: Option<Duration>,
    /// What the operator who starts it may set.
    #[serde(default)]
    pub params: BTreeMap<String, Param>,
    /// Its waves, in the order of the file. Names are unique, dependencies exist, there is no cycle.
    pub waves: Vec<Wave>,
    /// At most so many waves run side by side.
    #[serde(default)]
    pub max_parallel_waves: Option<u32>,
    /// What a person is asked before anything begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Pause>,
    /// What a drill may touch besides what it launches itself.
    #[serde(default, skip_serializing_if = "Outside::is_empty")]
    pub outside: Outside,
    /// Whether a function `on_start` runs before the first wave.
    #[serde(default)]
    pub on_start: bool,
    /// Whether a function `on_cancel` runs after a cancel, before `on_finish`.
    #[serde(default)]
    pub on_cancel: bool,
    /// Whether a function `on_finish` runs after the last wave, however it all ended.
    #[serde(default)]
    pub on_finish: bool,
}

/// One wave: servers that may be recovered together, or a program of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wave {
    /// Its name, unique in the plan.
    pub name: String,
    /// The waves that must be completed or skipped before it starts.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// What a person is asked before it starts.
    #[serde(default)]
    pub pause: Option<Pause>,
    /// The servers it recovers; `None` for a wave that is a program.
    #[serde(default)]
    pub servers: Option<ServerSelector>,
    /// How many of all its servers must be launched: a count, or a share such as `75%`.
    #[serde(default)]
    pub min_success: Option<MinSuccess>,
    /// What happens when it fails; `None`: it stays failed and its dependants do not start.
    #[serde(default)]
    pub on_failure: Option<FailurePolicy>,
    /// How often it may be attempted in all when `on_failure` is `retry`.
    #[serde(default = "default_attempts")]
    pub max_attempts: u32,
    /// How long one attempt may take, its hooks included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// The functions it has, by field name: `before`, `verify`, `after`, `run`, `on_cancel`, `on_failure`.
    #[serde(default)]
    pub hooks: Vec<String>,
}

fn default_attempts() -> u32 {
    3
}

/// The least that must succeed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MinSuccess {
    /// At least so many servers.
    Count(u32),
    /// At least this share of the servers, in percent, 0 to 100.
    Percent(f64),
}

/// Which source servers belong to a wave.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServerSelector {
    /// Servers that carry all of these tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Servers by id (`s-…`).
    #[serde(default)]
    pub ids: Vec<String>,
    /// Ids or `Name` tags of servers whose failure does not fail the wave.
    #[serde(default)]
    pub optional: Vec<String>,
    /// Whether a function chooses them when the wave starts; then nothing else is known here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub chosen: bool,
}

/// A point where a person decides whether to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pause {
    /// The question.
    pub message: String,
    /// The approvers: names, or groups that the operator declares; empty: all people.
    #[serde(default)]
    pub approvers: Vec<String>,
    /// How many different people must say the same before it goes on. One is enough to abort.
    #[serde(default = "one_approval")]
    pub approvals: u32,
    /// How long to wait for an answer; `None`: for ever.
    #[serde(default)]
    pub timeout: Option<Duration>,
    /// What counts as the answer when the time is over.
    #[serde(default)]
    pub on_timeout: PromptTimeout,
}

fn one_approval() -> u32 {
    1
}

/// The answer that silence gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptTimeout {
    /// Go on.
    Continue,
    /// Leave the wave out.
    Skip,
    /// Start nothing more.
    #[default]
    Abort,
}

/// What to do about a wave that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailurePolicy {
    /// Ask a person: retry, skip or abort.
    Ask,
    /// Attempt it again, what failed of it only, up to `max_attempts` in all.
    Retry,
    /// Go on without it: its dependants start.
    Skip,
    /// Start no further wave in the whole execution.
    Abort,
}

/// Something that the operator who starts the runbook may set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// What values it takes.
    #[serde(rename = "type")]
    pub kind: ParamKind,
    /// One sentence for `check` and for usage errors.
    #[serde(default)]
    pub description: String,
    /// The only values it takes, where declared.
    #[serde(default)]
    pub allowed: Vec<Value>,
    /// Its value when it is not set; without one it must be set.
    #[serde(default)]
    pub default: Option<Value>,
    /// Of a list, what each item is; of a table with any names, what each value is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Param>>,
    /// The fields of a table that has these and no others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Param>,
    /// Never printed and never journaled; kept in the head of its executions, which every reader of the
    /// store can read: the owner of the file, or the readers of the table.
    #[serde(default)]
    pub secret: bool,
}

/// The types of params.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamKind {
    /// Any text.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A length of time: `90s`, `2h30m`, or seconds.
    Duration,
    /// A list, all of whose items are of one type.
    List,
    /// A table with certain fields, or with any names and values of one type.
    Table,
}
