//! Opens an execution, with everything around it, and drives it.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::driver::{DriveError, Driver, Ended};
use super::event_loop;
use super::in_flight::InFlight;
use super::returned::Returned;
use super::shared::Shared;
use super::wanted::Wanted;
use crate::effect::builtin::{REPLACE, ReplaceInput};
use crate::effect::door::Door;
use crate::effect::elapsed::Blind;
use crate::effect::launches::Launches;
use crate::effect::policy::Rules;
use crate::effect::redact::Secrets;
use crate::effect::{Operation, builtin, claims, state};
use crate::history::{Body, Entry, Execution, Format, Outcome, asked, events};
use crate::journal::Writer;
use crate::sandbox::Pool;
use crate::store::{Lease, StoreError};

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
        let mut flight = opened?;
        let shared = Rc::clone(&flight.shared);
        let ended = tokio::select! {
            biased;
            () = interrupt => None,
            ended = Box::pin(event_loop::run(&mut flight)) => Some(ended),
        };
        if let Some(ended) = ended {
            return ended;
        }
        drop(flight);
        shared.journal.flush().await?;
        Ok(Ended::Interrupted)
    }

    async fn open(&self, lease: &Lease) -> Result<InFlight<'_>, DriveError> {
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
        let flight = InFlight::new(self, Rc::clone(&shared), &entries, asked);
        *shared.past.borrow_mut() = entries.into_iter().collect();
        Ok(flight)
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
