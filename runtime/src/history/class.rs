//! The six ways an operation can behave when the runner has not seen whether it happened.

use serde::{Deserialize, Serialize};

/// Decides what the journal does around an operation, and what `resume` does with an intent that has
/// no outcome.
///
/// | class | example | a crash between call and outcome |
/// |---|---|---|
/// | `pure` | the time, a random number | perform again |
/// | `read` | describe, await | perform again |
/// | `convergent` | terminate, tag | look at the goal state, then perform again |
/// | `token` | run instances | the same token again: the service deduplicates |
/// | `tagged` | start recovery | look for the tag; adopt it, or after a settle time perform again |
/// | `once` | send without a way to look it up | never again by itself: a person decides |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Touches nothing outside the process.
    Pure,
    /// Touches the outside without changing it.
    Read,
    /// Leads to the same state however often it is sent.
    Convergent,
    /// Carries a token by which the service recognises a repetition.
    Token,
    /// Leaves our key behind on what it creates, where it can be looked up.
    Tagged,
    /// Leaves nothing behind to recognise it by.
    Once,
}

impl Class {
    /// Whether the intent must be durable before the call is made.
    ///
    /// What needs one is sent once behind the journal: repeating it is the journal's affair, and what sends it may not.
    pub const fn needs_intent(self) -> bool {
        !matches!(self, Class::Pure | Class::Read)
    }
}
