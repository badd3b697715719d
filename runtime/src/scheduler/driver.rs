//! The async shell around the machine: runs what it requests, and tells it what happened.
//!
//! One driver drives one execution on one thread, under a lease. It may be dropped at any await: all it
//! knows is in the journal.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::mpsc;

use super::drive::Drive;
use super::lane::Broken;
use super::question::Wanted;
use super::returned::Returned;
use super::shared::Shared;
use crate::clock::Clock;
use crate::effect::builtin::{REPLACE, ReplaceInput};
use crate::effect::door::Door;
use crate::effect::elapsed::Blind;
use crate::effect::launches::Launches;
use crate::effect::policy::Rules;
use crate::effect::redact::Secrets;
use crate::effect::trouble::OutOfPatience;
use crate::effect::{Operation, World, builtin, claims, state};
use crate::history::{Body, Entry, Execution, Format, Outcome, Prompt, asked, events};
use crate::journal::{Mismatch, Writer};
use crate::machine::{ExecutionStatus, Refusal};
use crate::observe::Observer;
use crate::patience::Patience;
use crate::sandbox::{Limits, Pool};
use crate::store::{Lease, Pulse, Store, StoreError};

/// Whoever can answer prompts in this process: a person at the terminal, or flags.
#[async_trait(?Send)]
pub trait Answers {
    /// Answers a prompt; `None`: nobody here can, the execution has to wait for another process.
    async fn answer(&self, prompt: &Prompt) -> Option<Given>;
}

/// An answer given in this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// One of the prompt's choices.
    pub choice: String,
    /// In whose name it was given.
    pub by: String,
    /// Who really gave it, where that is somebody else.
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
    Trouble(Box<OutOfPatience>),
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
            Broken::Trouble(error) => DriveError::Trouble(error),
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
    /// Who says so.
    pub by: String,
    /// The limits of an attempt that starts behind these changes; `None`: those of the driver.
    pub read: Option<ReadLimits>,
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
    /// Who is told.
    pub observer: Rc<dyn Observer>,
    /// Who can answer.
    pub answers: Rc<dyn Answers>,
    /// What programs may use.
    pub limits: Limits,
    /// What of that changes on the way.
    pub changes: Changes,
    /// Operations that the operator denies here, beyond those that the execution has pinned.
    pub denied: Vec<String>,
    /// How long the store is watched for signals before they are asked for anew, also if none was seen; `None`:
    /// nobody watches.
    pub signals_every: Option<Duration>,
    /// How long it waits for the end of its own troubles: credentials, the network, the store.
    pub patience: Patience,
    /// Whether the lease is certainly still ours.
    pub pulse: Pulse,
    /// Executions beside which it goes on here, beyond those beside which it was begun.
    pub beside: Vec<String>,
    /// The values of the secret params, which the execution's head does not hold.
    pub secrets: BTreeMap<String, Value>,
}

impl Driver {
    /// Drives the leased execution until it is over, waits for a person, or `interrupt` is ready. What is
    /// on its way to the journal then still gets there.
    pub async fn drive(
        &self,
        lease: &Lease,
        interrupt: impl Future<Output = ()>,
    ) -> Result<Ended, DriveError> {
        let mut interrupt = pin!(interrupt);
        let opened = tokio::select! {
            biased;
            () = &mut interrupt => return Ok(Ended::Interrupted),
            opened = self.open(lease) => opened,
        };
        let mut drive = opened?;
        let shared = Rc::clone(&drive.shared);
        let ended = tokio::select! {
            biased;
            () = interrupt => None,
            ended = Box::pin(run(&mut drive)) => Some(ended),
        };
        if let Some(ended) = ended {
            return ended;
        }
        drop(drive);
        shared.journal.flush().await?;
        Ok(Ended::Interrupted)
    }

    async fn open(&self, lease: &Lease) -> Result<Drive<'_>, DriveError> {
        let mut execution = self.store.execution(&lease.execution).await?;
        let id = execution.id.clone();
        execution.format.readable().map_err(|source| DriveError::Format { id, source })?;
        self.reveal(&mut execution)?;
        if !execution.is_intact() {
            return Err(StoreError::Damaged {
                place: format!("execution `{}`", execution.id),
                message:
                    "the sources that are pinned with it are not those that it began with: they \
                          were changed in the store, or it is damaged"
                        .to_owned(),
            }
            .into());
        }
        if let Some(account) = &execution.account {
            self.world.belongs_to(account);
        }
        self.world.heed(&self.pulse);
        let entries = self.store.journal(&lease.execution, 1).await?;
        let (questions, asked) = mpsc::unbounded_channel();
        let shared = Rc::new(self.shared(execution, lease, &entries, questions));
        let drive = Drive::new(self, Rc::clone(&shared), &entries, asked);
        *shared.past.borrow_mut() = entries.into_iter().collect();
        Ok(drive)
    }

    /// Puts the secrets in their places, in this process only.
    fn reveal(&self, execution: &mut Execution) -> Result<(), DriveError> {
        for (name, param) in &execution.plan.params {
            if !param.secret || execution.params.contains_key(name) {
                continue;
            }
            let Some(value) = self.secrets.get(name) else {
                let (id, name) = (execution.id.clone(), name.clone());
                return Err(DriveError::NoSecret { id, name });
            };
            execution.params.insert(name.clone(), value.clone());
        }
        Ok(())
    }

    /// The engine's own operations. Executions that began before runbooks had state, or waves claims, have none.
    fn builtins(
        &self,
        execution: &Execution,
        lease: &Lease,
        blind: &Blind,
    ) -> Vec<Box<dyn Operation>> {
        let mut all = builtin::all(&self.clock, blind);
        if execution.format >= Format(6) {
            all.extend(state::all(state::Place {
                store: Arc::clone(&self.store),
                lease: lease.clone(),
                runbook: execution.plan.name.clone(),
                client: execution.client(),
                clock: Arc::clone(&self.clock),
            }));
        }
        if execution.format >= Format(8) {
            all.extend(claims::all(claims::Place {
                store: Arc::clone(&self.store),
                execution: execution.clone(),
                beside: [execution.beside.as_slice(), &self.beside].concat(),
                clock: Arc::clone(&self.clock),
            }));
        }
        all
    }

    fn shared(
        &self,
        execution: Execution,
        lease: &Lease,
        entries: &[Entry],
        questions: mpsc::UnboundedSender<Wanted>,
    ) -> Shared {
        let last = entries.last().map_or(0, |entry| entry.sequence);
        let (store, clock) = (Arc::clone(&self.store), Arc::clone(&self.clock));
        let secret = |name: &String| execution.plan.params.get(name).is_some_and(|it| it.secret);
        let secrets = execution.params.iter().filter(|(name, _)| secret(name));
        // And what those who gave them know of besides.
        let besides = self.secrets.iter().filter(|(name, _)| !execution.params.contains_key(*name));
        let secrets = secrets.chain(besides);
        let secrets = secrets.map(|(name, value)| (name.clone(), value.clone())).collect();
        let blind = Blind::default();
        Shared {
            door: Door {
                execution: execution.id.clone(),
                nonce: execution.nonce.clone(),
                identity: execution.identity(),
                world: Rc::clone(&self.world),
                builtins: self.builtins(&execution, lease, &blind),
                blind,
                rules: Rules {
                    mode: execution.mode,
                    regions: execution.regions.clone(),
                    account: execution.account.clone(),
                    replaceable: by_server(&execution),
                    nonce: execution.nonce.clone(),
                    outside: execution.plan.outside.clone(),
                    execution: execution.id.clone(),
                    acts_for: execution.client(),
                    made: execution.made.clone(),
                    denied: [execution.denied.as_slice(), &self.denied].concat(),
                },
                secrets: Secrets::new(&secrets, execution.format),
                clock: Arc::clone(&self.clock),
                patience: self.patience,
                pulse: self.pulse.clone(),
                observer: Rc::clone(&self.observer),
                named: named(&execution),
                given_up: RefCell::new(given_up(entries)),
                held: RefCell::default(),
                launches: Launches::of(entries),
            },
            journal: Writer::new(store, Arc::clone(&clock), lease.clone(), last)
                .patient(self.patience, &self.pulse, &self.observer)
                .holding(entries),
            past: RefCell::default(),
            execution,
            clock,
            observer: Rc::clone(&self.observer),
            limits: self.limits.clone(),
            pool: Pool::default(),
            asked: asked(entries),
            returned: RefCell::new(Returned::of(events(entries).map(|(_, event)| event))),
            questions,
            decided: RefCell::default(),
            idle: Rc::default(),
            handed: Rc::default(),
        }
    }
}

/// The servers whose instance is given up, whichever it is: only in executions of earlier releases.
fn by_server(execution: &Execution) -> Vec<String> {
    execution.gives_up.as_ref().map_or_else(|| execution.replaceable.clone(), |_| Vec::new())
}

/// The instances that the operator has given up by name.
fn named(execution: &Execution) -> Vec<ReplaceInput> {
    let of_server = |(server, instances): (&String, &Vec<String>)| {
        let of = |instance: &String| ReplaceInput::of(server, instance);
        instances.iter().map(of).collect::<Vec<_>>()
    };
    execution.gives_up.iter().flatten().flat_map(of_server).collect()
}

/// The instances that people who were asked have given up so far.
fn given_up(entries: &[Entry]) -> Vec<ReplaceInput> {
    let of = |entry: &Entry| match &entry.body {
        Body::Outcome { step, outcome: Outcome::Ok { value }, .. } if step.operation == REPLACE => {
            ReplaceInput::given_up(step.arguments.as_ref()?, value)
        }
        _ => None,
    };
    entries.iter().filter_map(of).collect()
}

async fn run(drive: &mut Drive<'_>) -> Result<Ended, DriveError> {
    drive.begin().await?;
    loop {
        if drive.is_finishing() {
            // Somebody may want a failed wave again: look before leaving.
            drive.look_for_signals().await?;
        }
        if let Some(status) = drive.perform_requests() {
            return Ok(Ended::Finished(status));
        }
        if drive.is_quiet() {
            // An answer may have arrived since, or the time for one run out: look before leaving.
            if Box::pin(drive.last_look()).await? {
                continue;
            }
            return Ok(Ended::Waiting(drive.prompts()));
        }
        drive.next().await?;
    }
}
