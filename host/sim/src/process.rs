//! A command that really runs, as plain data: what is to be started, and how it ended.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// A command on an instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) command: String,
    pub(crate) instance: String,
}

/// What is to be done to a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Order {
    Start(Start),
    Kill(Id),
}

/// A process that is to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) id: Id,
    /// When the agent begins.
    pub(crate) at: Timestamp,
    /// How long it may run, in the time of the story.
    pub(crate) timeout: SignedDuration,
    /// What `sh` runs.
    pub(crate) script: String,
    /// The folder in which it runs, if it is there.
    pub(crate) directory: Option<String>,
    /// The variables that the agent gives it.
    pub(crate) variables: BTreeMap<String, String>,
}

/// How a process has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct End {
    /// `None`: it was killed because its time was over, or the command was cancelled.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}
