//! Where a wave stands, and where the whole execution does.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where one wave stands.
///
/// ```text
/// pending --(ready)--> paused --(continue)--> running --(returned)--> completed
///    |        |           |--(skip)--> skipped    |--(asks)--> waiting --(answered)--> running
///    |        |           '--(abort)-> cancelled  '--(raised)-> failed | waiting | running (retry)
///    |        '--(no pause point)--> running
///    '--(a wave it depends on failed, abort, cancel)--> cancelled
/// ```
///
/// A person may still change their mind about a failed wave: `retry` makes it pending again, `skip` skipped,
/// and the waves that it had called off are pending again too, until the execution is over or after it. After
/// a cancel, once the execution is over, `retry` of a wave that was cut off lifts the cancel in the same way; others
/// that it cut off can be retried from then on, one by one. Where
/// a question was answered with `abort`, only a `retry` of just that takes it back, and asks again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaveStatus {
    /// Waits for other waves.
    #[default]
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

impl fmt::Display for WaveStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WaveStatus::Pending => "pending",
            WaveStatus::Paused => "paused",
            WaveStatus::Running => "running",
            WaveStatus::Waiting => "waiting",
            WaveStatus::Completed => "completed",
            WaveStatus::Failed => "failed",
            WaveStatus::Skipped => "skipped",
            WaveStatus::Cancelled => "cancelled",
        })
    }
}

impl WaveStatus {
    /// Whether nothing can change it any more but a person, by a `retry` or a `skip` of what failed, or by a
    /// `retry` of what a cancel cut off.
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            WaveStatus::Completed
                | WaveStatus::Failed
                | WaveStatus::Skipped
                | WaveStatus::Cancelled
        )
    }

    /// Whether waves that depend on it may start.
    pub fn satisfies(self) -> bool {
        matches!(self, WaveStatus::Completed | WaveStatus::Skipped)
    }
}

/// Where the whole execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

impl ExecutionStatus {
    /// Whether it is over. A person may begin it again once it is `failed`, by a `retry` or a `skip`, or
    /// `cancelled`, by a `retry`.
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            ExecutionStatus::Completed | ExecutionStatus::Failed | ExecutionStatus::Cancelled
        )
    }
}
