//! The six ways an operation can behave when the runner has not seen whether it happened.

use serde::{Deserialize, Serialize};

use super::{Evidence, Finding};

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

    /// What is to be said of an earlier call of `operation` where its world has no way to look it up: what leads to
    /// the same state, or is recognised by the service, is harmless to send again; of the rest a person decides.
    pub fn without_a_look(self, operation: &str) -> Finding {
        match self {
            Class::Pure | Class::Read | Class::Convergent | Class::Token => Finding::Harmless,
            Class::Tagged | Class::Once => Finding::Undecided(Evidence::new(format!(
                "`{operation}` leaves nothing behind by which it could be recognised"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_recognised_is_not_sent_again_by_itself() {
        let harmless = [Class::Pure, Class::Read, Class::Convergent, Class::Token];
        for class in harmless {
            assert_eq!(class.without_a_look("x.y"), Finding::Harmless, "{class:?}");
        }
        for class in [Class::Tagged, Class::Once] {
            let Finding::Undecided(evidence) = class.without_a_look("x.y") else {
                panic!("{class:?} would be sent again");
            };
            assert!(evidence.message.starts_with("`x.y` leaves nothing behind"));
        }
    }
}
