//! One request through the door.

use serde_json::Value;

use crate::history::{Key, Lane};

/// A request on its way through the door: the lane that asks, the operation, the key.
#[derive(Clone, Debug)]
pub struct Call {
    /// The execution that asks.
    pub execution: String,
    /// What tells it from another one of the same id.
    pub nonce: String,
    /// The wave that asks, as the runbook names it.
    pub wave: String,
    /// The strand of effects it belongs to.
    pub lane: Lane,
    /// Its place in the lane, counted from 1.
    pub position: u32,
    /// The operation's registered name, such as `drs.start_recovery`.
    pub operation: String,
    /// What the operation's `check` made of the arguments: complete, canonical, without secrets.
    pub arguments: Value,
    /// The effect's identity.
    pub key: Key,
}
