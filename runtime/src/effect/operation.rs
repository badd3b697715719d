//! How a world declares what it can do. An operation is one implementation of [`Operation`] and one
//! line in its world's list; nothing else in the engine knows its name.

use std::future::ready;

use async_trait::async_trait;
use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use super::{Call, Consequences, Sight};
use crate::history::{Class, EffectError, Evidence, Key, Outcome};
use crate::store::Pulse;

/// Everything beyond the sandbox: AWS, a simulator of it, or a test's invention.
pub trait World {
    /// The operation registered under `name`, such as `drs.start_recovery`.
    fn operation(&self, name: &str) -> Option<&dyn Operation>;

    /// Every registered name, for suggestions.
    fn names(&self) -> Vec<&'static str>;

    /// What the call with this key sees while it is performed, for as long as the door keeps it. A world that
    /// never looks again and again says nothing.
    fn sight(&self, _key: &Key) -> Sight {
        Sight::default()
    }

    /// From now on it is asked about this account, and changed in it, and in no other: an answer from
    /// elsewhere is trouble of the runner, as no answer would be. A world in which there is only one account
    /// has nothing to do.
    fn belongs_to(&self, account: &str) {
        let _ = account;
    }

    /// Whether a call that changes something may go ahead: a world at which a person sits asks that person. It is asked
    /// once the rules let the call pass, and what the person has looked at is judged once more behind the answer. Returns
    /// whether a person was asked. An error refuses the call, of which nothing was sent.
    fn consent<'a>(
        &'a self,
        _class: Class,
        _call: &'a Call,
        _what: &'a Consequences,
    ) -> LocalBoxFuture<'a, Result<bool, EffectError>> {
        Box::pin(ready(Ok(false)))
    }

    /// From now on nothing that changes it leaves while this pulse is not fresh: what sends asks it as late as it can,
    /// behind everything that takes its time. What is kept back is trouble of the runner. A world that sends at once
    /// has nothing to do.
    fn heed(&self, pulse: &Pulse) {
        let _ = pulse;
    }
}

/// One thing a world can do.
#[async_trait(?Send)]
pub trait Operation {
    /// The name runbooks use: service, dot, AWS's verb in `snake_case`.
    fn name(&self) -> &'static str;

    /// How it behaves when the process dies in the middle of it.
    fn class(&self) -> Class;

    /// Reads the arguments and returns them complete: defaults filled in, unknown fields refused with
    /// a suggestion. What it returns is what is hashed and journaled, so it must depend on nothing but
    /// its argument.
    fn check(&self, arguments: &Value) -> Result<Value, EffectError>;

    /// What it returns, as an example in JSON, if runbooks cannot go on without: a person who vouches for a
    /// call has to say it.
    fn returns(&self) -> Option<&'static str> {
        None
    }

    /// Whether its arguments are kept where others read them, beyond the journal: then the door refuses a secret in them.
    fn is_kept(&self) -> bool {
        false
    }

    /// What the call would do to the outside, for the policy to judge; may look at the world, must not
    /// change it. Asked before every call. It has no default: an operation that does not say what it touches
    /// does not compile.
    async fn consequences(&self, call: &Call) -> Result<Consequences, EffectError>;

    /// Makes the call. For a mutating operation anything but a definite answer is `unknown`.
    async fn perform(&self, call: &Call) -> Reply;

    /// Finds out whether a call whose intent was journaled at `intended_at` has happened. The default is the rule of
    /// the class for what cannot be looked up: [`Class::without_a_look`].
    async fn reconcile(&self, call: &Call, intended_at: Timestamp) -> Finding {
        let _ = (call, intended_at);
        self.class().without_a_look(self.name())
    }
}

/// An outcome, and how AWS support would find the request.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// How it ended.
    pub outcome: Outcome,
    /// The service's request id, when there was an answer.
    pub request_id: Option<String>,
}

impl Reply {
    /// It happened.
    pub fn ok(value: Value) -> Reply {
        Reply { outcome: Outcome::Ok { value }, request_id: None }
    }

    /// It did not happen.
    pub fn failed(error: EffectError) -> Reply {
        Reply { outcome: Outcome::Failed { error }, request_id: None }
    }

    /// It cannot be told.
    pub fn unknown(evidence: Evidence) -> Reply {
        Reply { outcome: Outcome::Unknown { evidence }, request_id: None }
    }

    /// The same reply, with the id of the request that it answers.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<String>) -> Reply {
        self.request_id = id;
        self
    }
}

/// What a look at the world says about an earlier call.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// It happened: adopt this reply instead of sending again.
    Happened(Reply),
    /// It was looked for, and did not happen: perform it.
    Absent,
    /// There was no look, because sending it again is harmless: perform it.
    Harmless,
    /// It was looked for, and it cannot be told.
    Undecided(Evidence),
    /// The world cannot be looked at now, which says nothing: look again once it can.
    Unseen(EffectError),
}

impl Class {
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
