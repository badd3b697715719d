//! The findings, as plain data.

use jiff::Timestamp;
use moontide_runtime::scheduler::ExecutionStatus;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::engine;
use crate::report::Known;
use crate::report::identity::World;

/// The form of the findings. Raised when a field changes its meaning or goes away.
pub const FORM: u32 = 1;

/// What was found in a store.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema, Deserialize)]
pub struct Compliance {
    /// The number of this format.
    pub compliance: u32,
    /// The store.
    pub store: String,
    /// When it was looked at.
    pub made_at: Timestamp,
    /// Executions that were created before are not in it.
    pub since: Timestamp,
    /// How many executions were looked at.
    pub looked_at: usize,
    /// Those that cannot be read, and why, a sentence each.
    pub unreadable: Vec<String>,
    /// The same with their runbooks: they have not passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unreadable>,
    /// The runbooks, by name.
    pub runbooks: Vec<Runbook>,
    /// The servers, by name: of each its last drill in each world.
    pub servers: Vec<ServerDrilled>,
    /// The answers that are awaited, the oldest question first.
    pub awaited: Vec<Awaited>,
    /// The drills that have left something.
    pub leftovers: Vec<Left>,
    /// The drills that go on elsewhere: they are counted there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Moved>,
}

/// A drill that was moved to another store, or into a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Moved {
    /// Its id.
    pub execution: String,
    /// Its runbook.
    pub runbook: String,
    /// When it was created.
    pub at: Timestamp,
    /// Where it goes on.
    pub to: String,
}

/// An execution that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Unreadable {
    /// Its id.
    pub execution: String,
    /// Its runbook, as the list of the store has it.
    pub runbook: String,
    /// When it was created.
    pub at: Timestamp,
    /// Why it cannot be read.
    pub why: String,
}

/// A runbook, in one world.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema, Deserialize)]
pub struct Runbook {
    /// Its name.
    pub runbook: String,
    /// Where its drills happened: those against a simulator prove nothing about AWS.
    pub world: World,
    /// How many drills are over.
    pub drills: usize,
    /// How many of them completed.
    pub completed: usize,
    /// How many completed without some of their waves or servers: they prove nothing about the whole.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub partial: usize,
    /// How many failed.
    pub failed: usize,
    /// How many were cancelled.
    pub cancelled: usize,
    /// How many of those a schedule has cancelled, because no person answered: they have not passed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cancelled_by_schedule: usize,
    /// How many cannot be read: they have not passed either.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable: usize,
    /// How many are not over.
    pub open: usize,
    /// How many of a hundred drills completed, of those that were neither cancelled by a person nor partial.
    pub pass_percent: Known<u64>,
    /// The last drill that is over, and neither partial nor cancelled; also where it is older than the time that is looked
    /// at.
    pub last: Known<Drilled>,
    /// The last whole drill that completed, as far as it was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_passed: Option<Drilled>,
    /// The last partial one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_partial: Option<Drilled>,
    /// How many days that is ago.
    pub days_since: Known<u64>,
    /// How many drills took longer than the RTO, or failed; those that were cancelled are not counted.
    pub rto_missed: usize,
    /// How many drills had older data than the RPO.
    pub rpo_missed: usize,
    /// How long the last drills took, the oldest first.
    pub trend: Vec<Point>,
}

/// A drill that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Drilled {
    /// Its id.
    pub execution: String,
    /// When it was created.
    pub at: Timestamp,
    /// How it ended.
    #[schemars(with = "engine::ExecutionStatus")]
    pub status: ExecutionStatus,
    /// Whether a schedule has cancelled it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_schedule: bool,
    /// The waves that were skipped or left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waves_skipped: Vec<String>,
    /// The servers that did not come up, optional ones too, or were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers_missing: Vec<String>,
    /// How long it took.
    pub took_seconds: Known<u64>,
    /// How long it may take.
    pub rto_seconds: Known<u64>,
    /// Whether it took no longer.
    pub rto_met: Known<bool>,
    /// How old its oldest data was.
    pub data_age_seconds: Known<u64>,
    /// Whether that was good enough.
    pub rpo_met: Known<bool>,
}

/// How long one of the last drills took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Point {
    /// The drill.
    pub execution: String,
    /// When it was created.
    pub at: Timestamp,
    /// How long it took.
    pub seconds: u64,
    /// Whether it completed.
    pub completed: bool,
}

/// The last drill of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct ServerDrilled {
    /// Its id.
    pub server: String,
    /// What people call it.
    pub name: String,
    /// The runbook that drilled it last.
    pub runbook: String,
    /// Where.
    pub world: World,
    /// The drill.
    pub execution: String,
    /// When that was created.
    pub at: Timestamp,
    /// The verdict on it.
    pub verdict: String,
    /// How old its data was.
    pub data_age_seconds: Known<u64>,
    /// Whether that was good enough.
    pub rpo_met: Known<bool>,
}

/// An answer that is awaited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Awaited {
    /// The execution.
    pub execution: String,
    /// Its runbook.
    pub runbook: String,
    /// Where it happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub world: Option<World>,
    /// The prompt's id.
    pub prompt: String,
    /// The question.
    pub message: String,
    /// The approvers; empty: all people.
    pub approvers: Vec<String>,
    /// Since when.
    pub since: Timestamp,
    /// For how long by now.
    pub waited_seconds: u64,
    /// Whether its time is over, or it has waited for longer than the operator lets it.
    pub overdue: bool,
}

/// What a drill has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Left {
    /// The drill.
    pub execution: String,
    /// Its runbook.
    pub runbook: String,
    /// Where it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub world: Option<World>,
    /// When it was created.
    pub at: Timestamp,
    /// How many instances.
    pub instances: usize,
    /// What is known of it.
    pub sentence: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
