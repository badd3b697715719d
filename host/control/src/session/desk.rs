//! Where a face types lines, sees what came of them, and consents to what changes anything.

use async_trait::async_trait;
use serde_json::Value;

/// A face at which an operator sits.
#[async_trait(?Send)]
pub trait Desk {
    /// Waits for what the operator types next; `typed` says how far the session is.
    async fn next(&self, typed: Typed) -> Input;

    /// Shows what came of a line, as `@moontide/session` describes it.
    fn show(&self, shown: &Value);

    /// Asks whether this may be done.
    async fn consents(&self, proposal: &Proposal) -> bool;

    /// Returns once the operator does not want to wait for what is going on. A session that nothing can interrupt
    /// waits for ever.
    async fn interrupted(&self);

    /// What was to be interrupted changes something, and was sent: its outcome is waited for.
    fn is_sent(&self, operation: &str);
}

/// How far a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed {
    /// The number of the line that comes next, from 1.
    pub number: u64,
    /// Whether it may change anything.
    pub may_write: bool,
}

/// What an operator types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A line.
    Line(String),
    /// More of the last list.
    More,
    /// Whether the lines from here on may change anything.
    Write(bool),
    /// The session ends.
    End,
}

/// Something that a line wants to change.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The operation.
    pub operation: String,
    /// What it is given, without secrets.
    pub arguments: Value,
    /// The account and the Region in which it acts, where they are known.
    pub account: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// Whether it was about to be sent before, and nothing says that it happened: it was looked for and not found, or
    /// sending it again is harmless.
    pub is_again: bool,
    /// What it would touch: a verb, and the thing by its id and name.
    pub touches: Vec<(String, String)>,
}
