//! Driving an execution in this process, prepared in one place whatever it was that began it: a start, a resume or a
//! cleanup.
//!
//! A runner drives one execution on the thread that calls it; several runners drive several executions on several
//! threads of one process. Nothing of it is shared between them.
//!
//! - `changes`: what the operator changes about its limits on the way.
//! - [`owed`]: what is owed once more, because a drill goes on.
//! - [`telling`]: what others are told of it.
//! - `feeding`: what programs say, left in the store for those who follow elsewhere.

mod changes;
mod feeding;
pub mod owed;
pub mod telling;

use std::collections::BTreeMap;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use moontide_runtime::journal::Execution;
use moontide_runtime::observe::Observer;
use moontide_runtime::scheduler::{Driver, Ended, ExecutionStatus, Graph, Prompt};
use moontide_runtime::store::Store;
use serde_json::Value;

use self::feeding::Feeding;
use crate::answers::Signed;
use crate::answers::flags::{Flag, Flags};
use crate::claims;
use crate::error::{CommandError, Result, code};
use crate::face::{All, Attendants};
use crate::leases;
use crate::listener::{Listener, Remark};
use crate::next::Next;
use crate::notify::Worker;
use crate::notify::worker::Ringer;
use crate::operator::Operator;
use crate::reached::Reached;
use crate::renewal::Renewal;
use crate::view::Record;
use crate::whoami::{self, Person};

/// How often the store is asked for answers and cancellations of which no watch has told. They are seen by watching:
/// as soon as they come, or after two seconds where that costs money.
const SIGNALS_EVERY: Duration = Duration::from_mins(10);

/// An execution, and everything that is needed to drive it.
pub struct Runner<'o> {
    /// The runner that drives it.
    operator: &'o Operator,
    /// Its head.
    pub execution: Execution,
    /// Where its effects go, and whose time it is.
    pub reached: Reached,
    /// In whose name this process answers; `None`: AWS has not said, and it answers nothing.
    pub person: Option<Person>,
    /// Answers that were given beforehand.
    pub answers: Vec<Flag>,
    /// What operators have changed about its limits since it began.
    pub changed: BTreeMap<String, String>,
    /// Executions beside which this process goes on, although they hold its plan.
    pub beside: Vec<String>,
    /// The values of its secret params.
    pub secrets: BTreeMap<String, Value>,
}

/// How a drive has ended, its journal being in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Driven {
    /// How.
    pub ended: Ended,
    /// The steps that make sense now.
    pub next: Vec<Next>,
}

impl<'o> Runner<'o> {
    /// Prepares the drive of an execution whose world is reached, in the name of the operator.
    pub async fn prepare(
        operator: &'o Operator,
        execution: Execution,
        reached: Reached,
    ) -> Result<Runner<'o>> {
        Ok(Runner {
            operator,
            execution,
            reached,
            person: operator.speaker().await?,
            answers: Vec::new(),
            changed: BTreeMap::new(),
            beside: Vec::new(),
            secrets: BTreeMap::new(),
        })
    }

    /// Takes the lease, drives until there is nothing more to do here or `interrupt` is ready, and gives it back.
    pub async fn drive(&self, interrupt: impl Future<Output = ()>) -> Result<Driven> {
        self.operator.face.begin(&self.execution.id);
        let ended =
            self.drive_until(interrupt).await.map_err(|error| self.with_next_step(error))?;
        let execution = self.execution.id.clone();
        if ended == Ended::Interrupted {
            self.listener().hear(&Remark::Stopped { execution });
        }
        let next = next(&self.execution, &ended);
        Ok(Driven { ended, next })
    }

    /// How the execution stands now. What this process has not given back is no runner.
    pub async fn record(&self) -> Result<Record> {
        let loaded = Record::load(self.store(), &self.execution.id).await;
        let mut record = loaded.map_err(|error| self.with_next_step(error))?;
        let us = whoami::holder(&self.operator.environment);
        record.runner = record.runner.filter(|runner| *runner != us);
        Ok(record)
    }

    async fn drive_until(&self, interrupt: impl Future<Output = ()>) -> Result<Ended> {
        let mut interrupt = pin!(interrupt);
        self.check_changes()?;
        owed::again(self.operator, &self.execution).await?;
        let mut renewal = tokio::select! {
            biased;
            renewal = self.acquire() => renewal?,
            () = &mut interrupt => return Ok(Ended::Interrupted),
        };
        self.say_whose_time();
        self.say_what_stays();
        if let Err(refusal) = self.claim().await {
            renewal.end(true).await;
            return Err(refusal);
        }
        let lease = renewal.lease().clone();
        let feeding = Rc::new(Feeding::new(Arc::clone(&self.operator.store), lease.clone()));
        let telling = self.begin_telling().await;
        let bell = telling.as_ref().map(Worker::bell);
        let (driver, answers) = self.driver(&renewal, &feeding, bell)?;
        let ended = tokio::select! {
            ended = driver.drive(&lease, interrupt) => ended.map_err(CommandError::from),
            lost = renewal.lost() => Err(lost.into()),
            never = feeding.go_on() => match never {},
        };
        feeding.finish().await;
        // Once its lease is in doubt, another runner may have taken it up again, and hold these claims.
        let is_finished = matches!(ended, Ok(Ended::Finished(_)));
        if is_finished && renewal.pulse().is_in_order() {
            // What stays, because the store does not answer now, is void: it is over.
            let _ = claims::release(self.store(), &self.execution).await;
        }
        let in_order = is_finished || renewal.pulse().is_in_order();
        renewal.end(in_order).await;
        self.end_telling(telling, matches!(ended, Ok(Ended::Interrupted))).await;
        answers.say_unused(self.listener());
        ended
    }

    fn store(&self) -> &dyn Store {
        self.operator.store.as_ref()
    }

    fn listener(&self) -> &dyn Listener {
        self.operator.face.as_ref()
    }

    async fn acquire(&self) -> Result<Renewal> {
        let Operator { environment, settings, store, .. } = self.operator;
        leases::acquire((environment, settings), self.listener(), store, &self.execution.id).await
    }

    /// Makes sure of the plan's claim: another execution may have taken it over meanwhile.
    async fn claim(&self) -> Result<()> {
        claims::take(self.listener(), self.store(), &self.execution, &self.beside).await
    }

    /// Says that the machine's clock is not what counts, if it is wrong.
    fn say_whose_time(&self) {
        let ahead = self.reached.clock.machine_ahead();
        if !ahead.is_zero() {
            self.listener().hear(&Remark::WrongClock { ahead });
        }
    }

    fn with_next_step(&self, error: CommandError) -> CommandError {
        if !is_of_the_runner(&error) {
            return error;
        }
        error.hint(Next::go_on(&self.execution))
    }

    fn driver(
        &self,
        renewal: &Renewal,
        feeding: &Rc<Feeding>,
        bell: Option<Ringer>,
    ) -> Result<(Driver, Rc<Flags>)> {
        let Operator { environment, settings, store, face, .. } = self.operator;
        let person = self.person.clone().unwrap_or_default();
        // An answer needs the name of a person.
        let given = if self.person.is_some() { self.answers.as_slice() } else { &[] };
        let Attendants { observers, answers } = face.attend(&self.execution, self.person.as_ref());
        let fed = Rc::clone(feeding) as Rc<dyn Observer>;
        let bell = bell.map(|bell| Rc::new(bell) as Rc<dyn Observer>);
        let first = std::iter::once(fed).chain(bell);
        let people = Rc::new(Graph::of(&self.execution));
        let flags = Flags::new(given, &person.name, people, answers).telling(Rc::clone(face) as _);
        let answers = Rc::new(flags);
        let signed = Rc::new(Signed { answers: Rc::clone(&answers) as _, person: person.clone() });
        let driver = Driver {
            store: Arc::clone(store),
            world: Rc::clone(&self.reached.world),
            clock: Arc::clone(&self.reached.clock),
            observer: Rc::new(All(first.chain(observers).collect())),
            answers: signed,
            limits: settings.limits_of(&self.execution, &self.changed),
            changes: self.changes(&person.name),
            denied: settings.denied.clone(),
            signals_every: Some(SIGNALS_EVERY),
            patience: settings.patience.of(environment)?,
            pulse: renewal.pulse().clone(),
            beside: self.beside.clone(),
            secrets: self.secrets.clone(),
        };
        Ok((driver, answers))
    }
}

/// Whether this is trouble of the runner, behind which the execution can go on.
pub(crate) fn is_of_the_runner(error: &CommandError) -> bool {
    let codes = [
        code::STORE_FULL,
        code::STORE_BUSY,
        code::STORE_UNUSABLE,
        code::LAPSED,
        code::OUT_OF_PATIENCE,
    ];
    codes.contains(&error.code)
}

/// The steps that make sense once a drive has ended so.
fn next(execution: &Execution, ended: &Ended) -> Vec<Next> {
    let answer = |prompt: &Prompt| Next::Answer {
        execution: execution.id.clone(),
        prompt: prompt.id.clone(),
        choices: prompt.choices.iter().map(ToString::to_string).collect(),
        returns: prompt.returns.clone(),
    };
    match ended {
        Ended::Finished(ExecutionStatus::Completed) => Vec::new(),
        Ended::Finished(_) => vec![Next::show(&execution.id)],
        Ended::Waiting(prompts) => prompts.iter().map(answer).collect(),
        Ended::Interrupted => vec![Next::go_on(execution)],
    }
}
