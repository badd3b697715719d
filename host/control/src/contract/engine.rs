//! The shapes of what the engine keeps, as documents show it: the engine itself knows nothing of schemas.
//!
//! These types are never made. A test compares the words with the engine's; that the shapes are right is seen where
//! real documents are held against their schemas.
#![expect(dead_code, reason = "they are shapes, and are never made")]

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde_json::{Map, Value};

/// Rehearsing for the day, or the day itself.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum Mode {
    /// Launches are drills.
    Drill,
    /// Launches are recoveries.
    Recovery,
}

/// Where an execution stands.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum ExecutionStatus {
    /// Created, not begun.
    Pending,
    /// A program runs.
    Running,
    /// Nothing runs; a pause point is open.
    Paused,
    /// Nothing runs; a program or a failure waits for a person.
    Waiting,
    /// Every wave is completed or skipped.
    Completed,
    /// A wave failed.
    Failed,
    /// A person stopped it.
    Cancelled,
}

/// Where a wave stands.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum WaveStatus {
    /// Waits for other waves.
    Pending,
    /// Waits at its pause point.
    Paused,
    /// Its program runs.
    Running,
    /// Its program, or its failure, waits for a person.
    Waiting,
    /// Its program returned.
    Completed,
    /// Its last attempt failed, and it was not skipped.
    Failed,
    /// Left out; its dependants go on as if it were completed.
    Skipped,
    /// Will not run, or was stopped.
    Cancelled,
}

/// What an execution was started by: `cli`, `ssm`, `schedule`, `api`, `rehearsal`. More may be added.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct Channel(String);

/// What is owed: `cleanup`. More may be added.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct What(String);

/// One thing that a rehearsal took for granted, or was told in vain.
#[derive(JsonSchema)]
pub struct Assumption {
    /// Such as `region_down`, `unscripted`, `unused`. More may be added.
    kind: String,
    /// One sentence.
    message: String,
}

/// One behaviour of the simulator, and the reason to believe that AWS does the same.
#[derive(JsonSchema)]
pub struct Fact {
    /// A stable name: service, thing, behaviour.
    id: String,
    /// The behaviour, as one sentence.
    sentence: String,
    /// How sure that is: `documented`, `observed`, `assumed`.
    certainty: String,
    /// Where it was read or seen; for an assumption, why this and not something else.
    source: String,
}

/// An entry of a journal. Which fields there are depends on `kind`; formats of journals have versions of their own.
#[derive(JsonSchema)]
pub struct Entry {
    /// Its number, from 1.
    sequence: u64,
    /// When it was written.
    at: jiff::Timestamp,
    /// The rest of it.
    #[schemars(flatten)]
    more: Map<String, Value>,
}

/// The last link of a journal's chain.
#[derive(JsonSchema)]
pub struct ChainHead {
    /// The number of the entry whose hash it is; 0: of the execution's head, before the first entry.
    sequence: u64,
    /// SHA-256 of that entry's stored bytes, in hexadecimal digits.
    hash: String,
}

/// A simulator that stands for AWS.
#[derive(JsonSchema)]
pub struct Simulator {
    /// Its address on the machine that began the execution.
    endpoint_url: String,
    /// How many times as fast as life it runs; absent: as fast.
    #[schemars(skip_serializing_if = "absent")]
    speed: Option<f64>,
}

/// Why an attempt failed.
#[derive(JsonSchema)]
pub struct Failure {
    /// A code: AWS's, one of Moontide's, or `ScriptError`.
    code: String,
    /// One sentence for a person.
    message: String,
    /// Where in the runbook, innermost first: `file:line` and the function.
    #[schemars(skip_serializing_if = "absent")]
    trace: Vec<String>,
    /// What the program knew when it failed, such as the verdict on each server. Absent: nothing.
    #[schemars(skip_serializing_if = "absent")]
    details: Value,
    /// What the wave's own `on_failure` decided: `ask`, `retry`, `skip`, `abort`. Absent: it has not decided.
    #[schemars(skip_serializing_if = "absent")]
    decision: Value,
    /// Whether an effect's outcome is unknown, so that nothing may be retried without a person. Absent: no.
    #[schemars(skip_serializing_if = "absent")]
    uncertain: bool,
    /// The limit of the settings that it failed of. Absent: none.
    #[schemars(skip_serializing_if = "absent")]
    limit: Option<String>,
}

/// A checked runbook.
#[derive(JsonSchema)]
pub struct Plan {
    /// The runbook's name.
    name: String,
    /// One sentence for lists; empty: none.
    description: String,
    /// The Regions that it may act in; empty: the session's Region.
    regions: Vec<String>,
    /// The Region that it recovers from. Absent: it is not declared.
    #[schemars(skip_serializing_if = "absent")]
    source_region: Option<String>,
    /// The AWS account that it may act in; null: it is not declared.
    account: Option<String>,
    /// How long recovery may take; null: it is not declared.
    rto: Option<Duration>,
    /// How much data may be lost, as time; null: it is not declared.
    rpo: Option<Duration>,
    /// What the operator who starts it may set, by name.
    params: BTreeMap<String, Map<String, Value>>,
    /// Its waves, in the order of the file. Each has at least a `name`.
    waves: Vec<Map<String, Value>>,
    /// At most so many waves run side by side; null: as many as there are.
    max_parallel_waves: Option<u32>,
    /// What a person is asked before anything begins. Absent: nothing.
    #[schemars(skip_serializing_if = "absent")]
    start: Map<String, Value>,
    /// What a drill may touch besides what it launches itself. Absent: nothing.
    #[schemars(skip_serializing_if = "absent")]
    outside: Value,
    /// Whether a function `on_start` runs before the first wave.
    on_start: bool,
    /// Whether a function `on_cancel` runs after a cancel.
    on_cancel: bool,
    /// Whether a function `on_finish` runs after the last wave, however it all ended.
    on_finish: bool,
}

/// A journal that was looked at.
#[derive(JsonSchema)]
#[schemars(rename = "Journal")]
pub struct Verified {
    /// The execution's id.
    execution: String,
    /// What its journal is worth.
    verdict: Verdict,
    /// How many entries there are.
    entries: u64,
    /// The last link of its chain: of one that was pruned, that at the cut. Absent: it has no chain, or is broken.
    #[schemars(skip_serializing_if = "absent")]
    head: Option<ChainHead>,
    /// What was cut off. Absent: nothing.
    #[schemars(skip_serializing_if = "absent")]
    pruned: Option<Map<String, Value>>,
    /// The first entry that does not fit. Absent: all fit.
    #[schemars(skip_serializing_if = "absent")]
    broken: Option<Trouble>,
    /// The hash that was noted earlier, and where it is. Absent: none was given.
    #[schemars(skip_serializing_if = "absent")]
    noted: Option<Map<String, Value>>,
}

/// What a journal is worth.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Verdict {
    /// Each entry is as it was when the next one was written.
    Whole,
    /// It was cut down to its evidence, which is as it was left.
    Pruned,
    /// It is of a format without a chain.
    NotChained,
    /// It is not as it was written.
    Broken,
}

/// The first entry that does not fit.
#[derive(JsonSchema)]
pub struct Trouble {
    /// Its number; 0: the execution's head; null: it is of no single entry.
    sequence: Option<u64>,
    /// `head`, `event`, `intent` or `outcome`. Absent: that cannot be read.
    #[schemars(skip_serializing_if = "absent")]
    kind: Option<String>,
    /// What the entry is about, such as `drs.start_recovery in database#1`. Absent: that cannot be read.
    #[schemars(skip_serializing_if = "absent")]
    about: String,
    /// What came to it: `changed`, `unreadable`, `missing`, `added`, `other-head`.
    how: String,
    /// How that shows, in a sentence.
    message: String,
}

#[cfg(test)]
mod tests;
