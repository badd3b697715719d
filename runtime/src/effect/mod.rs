//! What a runbook may ask of the outside, and what comes back.
//!
//! Where an effect stands, its [`class`] and its [`outcome`] are journaled: see [`crate::history`].
//!
//! - [`call`]: one request through the door, with its key.
//! - [`operation`]: how the world declares an operation: check, consequences, perform, reconcile.
//! - [`arguments`]: reading typed arguments, with a suggestion for a misspelled field.
//! - [`builtin`]: the few operations that need no world: the time, a sleep, a random number.
//! - [`state`]: what a runbook remembers, in the store.
//! - [`touch`]: what a call would change outside, and the maker of that.
//! - [`policy`]: what the door refuses, whatever the runbook says.
//! - [`verdict`]: what follows from a reply and a look at the world, as a pure function.
//! - [`waiting`]: what is no outcome but trouble of the runner, and how long it waits for its end.
//! - [`sight`]: what a call has seen that looks again and again.
//! - [`redact`]: keeps secrets out of the journal.
//! - [`elapsed`]: how long a wave has been at work.
//! - `lengths`: how long a length of time may be.
//! - [`leaves`]: what a call leaves behind, and what puts it away.
//! - [`launches`]: the jobs that its journal says it has launched.
//! - [`door`]: the one place where all of this meets.

pub mod arguments;
pub mod builtin;
pub mod call;
pub mod claims;
pub mod door;
pub mod elapsed;
pub mod launches;
pub mod leaves;
pub(crate) mod lengths;
pub mod operation;
pub mod policy;
pub mod redact;
mod sending;
pub mod sight;
pub mod state;
pub mod touch;
pub mod verdict;
pub mod waiting;

pub use crate::history::{
    Class, EffectError, Evidence, Key, Lane, Outcome, Unavailable, class, outcome,
};
pub use crate::retry_budget::RetryBudget;
pub use call::Call;
pub use leaves::Leaves;
pub use operation::{Finding, Operation, Reply, World};
pub use sight::Sight;
pub use touch::{Consequences, Launch, Maker, Origin, Place, Replaced, Thing, Touch};
