//! The driver: what is around an execution in this process, and how driving one ends.
//!
//! One driver drives one execution on one thread, under a lease. It may be dropped at any await: all it
//! knows is in the journal. `opening` opens an execution, `event_loop` turns what the machine requests into programs
//! and prompts, and tells the machine what happened.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::lane::Broken;
use crate::clock::Clock;
use crate::effect::World;
use crate::effect::waiting::OutOfPatience;
use crate::history::{Mend, Prompt};
use crate::journal::Mismatch;
use crate::machine::{ExecutionStatus, Refusal};
use crate::observe::Observer;
use crate::retry_budget::RetryBudget;
use crate::sandbox::Limits;
use crate::store::{Pulse, Store, StoreError};

/// The answers that this process has for prompts: a person's at the terminal, or flags.
#[async_trait(?Send)]
pub trait Answers {
    /// Answers a prompt; `None`: this process cannot, the execution has to wait for another one.
    async fn answer(&self, prompt: &Prompt) -> Option<Given>;
}

/// An answer given in this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// One of the prompt's choices.
    pub choice: String,
    /// In whose name it was given.
    pub by: String,
    /// The real sender, where that is another person.
    pub sender: String,
    /// What they said about it.
    pub comment: String,
    /// What an effect returned of which they say that it happened.
    pub value: Value,
}

/// How a driver stopped, the journal being in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// The execution is over.
    Finished(ExecutionStatus),
    /// Nothing can go on before these prompts are answered.
    Waiting(Vec<Prompt>),
    /// The process was asked to stop.
    Interrupted,
}

/// Why a driver could not go on.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The store failed, or another runner took over.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The world could not be seen for longer than the operator's patience.
    #[error(transparent)]
    OutOfPatience(Box<OutOfPatience>),
    /// Runbook and journal disagree.
    #[error(transparent)]
    Mismatch(Box<Mismatch>),
    /// The execution was written by another release's format.
    #[error("execution `{id}`: {source}")]
    Format {
        /// The execution.
        id: String,
        /// Which format.
        #[source]
        source: crate::history::version::FormatError,
    },
    /// A program would be given a secret that this runner does not have.
    #[error("execution `{id}` needs the secret `{name}`, and this runner does not have it")]
    NoSecret {
        /// The execution.
        id: String,
        /// The param.
        name: String,
    },
    /// Two parts of the engine disagree; a defect of Moontide.
    #[error("the scheduler refused its own event: {0}")]
    Refused(#[from] Refusal),
}

impl From<Broken> for DriveError {
    fn from(broken: Broken) -> DriveError {
        match broken {
            Broken::Store(error) => DriveError::Store(error),
            Broken::OutOfPatience(error) => DriveError::OutOfPatience(error),
            Broken::Mismatch(mismatch) => DriveError::Mismatch(mismatch),
        }
    }
}

/// What operators change about the limits of an execution that has begun. What an attempt may use is part of what it
/// is given when it starts: a change is for those that start behind it, and for what all waves use together.
#[derive(Clone, Default)]
pub struct Changes {
    /// What changes now, as settings.
    pub news: BTreeMap<String, String>,
    /// The operator who says so.
    pub by: String,
    /// The limits of an attempt that starts behind these changes; `None`: those of the driver.
    pub read: Option<ReadLimits>,
    /// By wave, the sources from which its attempts run, whatever the journal says. Only for a replay whose journal is
    /// kept by no store: what is written behind such an attempt is not what a resume would write.
    pub mends: BTreeMap<String, Arc<Mend>>,
}

/// Reads settings, which mean nothing to the engine.
pub type ReadLimits = Rc<dyn Fn(&BTreeMap<String, String>) -> Limits>;

/// Everything around an execution that is not in its journal.
pub struct Driver {
    /// Where its journal is.
    pub store: Arc<dyn Store>,
    /// Where its effects go.
    pub world: Rc<dyn World>,
    /// Whose time it is.
    pub clock: Arc<dyn Clock>,
    /// The observer that is told.
    pub observer: Rc<dyn Observer>,
    /// Where a prompt is answered.
    pub answers: Rc<dyn Answers>,
    /// What programs may use.
    pub limits: Limits,
    /// What of that changes on the way.
    pub changes: Changes,
    /// Operations that the operator denies here, beyond those that the execution has pinned.
    pub denied: Vec<String>,
    /// How long the store is watched for signals before they are asked for anew, also if none was seen; `None`:
    /// no observer listens.
    pub signals_every: Option<Duration>,
    /// How long it waits for the end of its own troubles: credentials, the network, the store.
    pub patience: RetryBudget,
    /// Whether the lease is certainly still ours.
    pub pulse: Pulse,
    /// Executions beside which it goes on here, beyond those beside which it was begun.
    pub beside: Vec<String>,
    /// The values of the secret params, which the execution's head does not hold.
    pub secrets: BTreeMap<String, Value>,
}
