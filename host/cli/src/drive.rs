//! Driving an execution in this process: what `run`, `resume` and `cleanup` have in common.

mod changes;
pub(crate) mod claims;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use moontide_control::answers::flags::{Flag, Flags};
use moontide_control::answers::{Signed, Unattended};
use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::leases;
use moontide_control::reached::Reached;
use moontide_control::renewal::Renewal;
use moontide_control::runner::feeding::Feeding;
use moontide_control::settings::Settings;
use moontide_control::whoami::{self, Person};
use moontide_control::words;
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::Execution;
use moontide_runtime::observe::Observer;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::{Answers, Driver, Ended, Graph};
use moontide_runtime::store::obligations::{Obligation, What};
use moontide_runtime::store::{Store, StoreError};
use serde_json::Value;

use crate::aws::AwsFlags;
use crate::commands::obligations::carry;
use crate::context::Context;
use crate::exit;
use crate::interrupt::Interrupt;
use crate::output::Document;
use crate::output::style::{attention, plain, strong};
use crate::progress::{All, Lines, Live};
use crate::terminal::Terminal;
use crate::view::{Record, Summary, Worded};

/// How often the store is asked for answers and cancellations of which no watch has told. They are seen by watching:
/// as soon as they come, or after two seconds where that costs money.
const SIGNALS_EVERY: Duration = Duration::from_mins(10);

/// An execution, and everything that is needed to drive it.
pub(crate) struct Ride<'c> {
    /// The command that drives.
    pub(crate) context: &'c Context,
    /// What the operator denies, and what scripts may use.
    pub(crate) settings: Settings,
    /// Where the execution is.
    pub(crate) store: Arc<dyn Store>,
    /// Its head.
    pub(crate) execution: Execution,
    /// Where its effects go, and whose time it is.
    pub(crate) reached: Reached,
    /// Answers that were given beforehand.
    pub(crate) answers: Vec<Flag>,
    /// In whose name this process answers; `None`: AWS has not said, and it answers nothing.
    pub(crate) user: Option<Person>,
    /// What operators have changed about its limits since it began.
    pub(crate) changed: BTreeMap<String, String>,
    /// Executions beside which this process goes on, although they hold its plan.
    pub(crate) beside: Vec<String>,
    /// The values of its secret params.
    pub(crate) secrets: BTreeMap<String, Value>,
}

/// Shows how a drive has ended, and returns its exit code.
pub(crate) fn shown(context: &Context, exit: u8, document: &impl Document) -> Result<u8> {
    match context.output.show(document) {
        // What it would be shown on is gone.
        Err(_) if exit == exit::HUNG_UP => {}
        shown => shown?,
    }
    Ok(exit)
}

impl Ride<'_> {
    /// Drives until there is nothing more to do here, does what is due at its end, and says how the execution stands.
    /// Returns the exit code.
    pub(crate) async fn finish(self, aws: &AwsFlags) -> Result<u8> {
        let mut interrupt = Interrupt::listen();
        let driven = self.drive(&mut interrupt).await?;
        let after = carry::after(self.context, aws, &self.store, driven, &mut interrupt);
        let (record, exit) = Box::pin(after).await?;
        shown(
            self.context,
            exit,
            &Worded(self.context, &Summary::of(&record, &self.context.limits)),
        )
    }

    /// Takes the lease, drives until there is nothing more to do here, and gives it back.
    pub(crate) async fn drive(&self, interrupt: &mut Interrupt) -> Result<(Record, u8)> {
        self.drive_to_its_end(interrupt).await.map_err(|error| self.with_next_step(error))
    }

    async fn drive_to_its_end(&self, interrupt: &mut Interrupt) -> Result<(Record, u8)> {
        let ended = self.drive_until(interrupt).await?;
        let exit = match ended {
            Ended::Finished(status) => exit::of(status),
            Ended::Waiting(_) => exit::WAITING,
            Ended::Interrupted => {
                let command = self.context.command(&format!("resume {}", self.execution.id));
                self.context.output.say([plain("stopped; to go on: "), strong(command)]);
                interrupt.exit_code()
            }
        };
        let mut record = Record::load(self.store.as_ref(), &self.execution.id).await?;
        // What this process has not given back is no runner.
        let us = whoami::holder(&self.context.environment);
        record.runner = record.runner.filter(|runner| *runner != us);
        Ok((record, exit))
    }

    async fn drive_until(&self, interrupt: &mut Interrupt) -> Result<Ended> {
        self.check_changes()?;
        self.owe_again().await?;
        let mut renewal = tokio::select! {
            biased;
            renewal = self.acquire() => renewal?,
            () = interrupt.wait() => return Ok(Ended::Interrupted),
        };
        *self.context.driving.borrow_mut() = Some(self.execution.id.clone());
        self.say_whose_time();
        self.say_what_stays();
        if let Err(refusal) = self.claim().await {
            renewal.end(true).await;
            return Err(refusal);
        }
        let lease = renewal.lease().clone();
        let feeding = Rc::new(Feeding::new(Arc::clone(&self.store), lease.clone()));
        let (driver, answers) = self.driver(&renewal, &feeding)?;
        let ended = tokio::select! {
            ended = driver.drive(&lease, interrupt.wait()) => ended.map_err(CommandError::from),
            lost = renewal.lost() => Err(lost.into()),
            never = feeding.go_on() => match never {},
        };
        feeding.finish().await;
        // Once its lease is in doubt, another runner may have taken it up again, and hold these claims.
        if matches!(ended, Ok(Ended::Finished(_))) && renewal.pulse().is_in_order() {
            self.release().await;
        }
        let in_order = matches!(ended, Ok(Ended::Finished(_))) || renewal.pulse().is_in_order();
        renewal.end(in_order).await;
        answers.say_unused(self.context);
        ended
    }

    /// A drill that goes on may launch more: what was done for it is owed once more, before that.
    async fn owe_again(&self) -> Result<()> {
        let (store, drill) = (self.store.as_ref(), &self.execution);
        if drill.mode != Mode::Drill || drill.acts_for.is_some() {
            return Ok(());
        }
        let us = whoami::user(&self.context.environment);
        // A carrier may settle it at the same moment, because it has seen the drill at its end.
        for _ in 0..carry::LOOKS {
            let Some(obligation) = Obligation::of(store, drill, What::Cleanup).await? else {
                return Ok(());
            };
            match obligation.renew(store, (&us, SystemClock::new().now())).await {
                Err(StoreError::Conflict { .. }) => {}
                renewed => return Ok(renewed.map(drop)?),
            }
        }
        Err(carry::restless(What::Cleanup, &drill.id))
    }

    /// Says that the machine's clock is not what counts, if it is wrong.
    fn say_whose_time(&self) {
        let ahead = self.reached.clock.machine_ahead();
        if !ahead.is_zero() {
            let word = if ahead.is_positive() { "fast" } else { "slow" };
            // A moment of the answer's way is no matter.
            let seconds = (ahead.unsigned_abs().as_secs() + 5) / 10 * 10;
            let off = words::duration(Duration::from_secs(seconds));
            let wrong = attention(format!("this machine's clock is {off} {word}"));
            self.context.output.say([wrong, plain("; moments are AWS's")]);
        }
    }

    async fn acquire(&self) -> Result<Renewal> {
        let known = (&self.context.environment, &self.settings);
        leases::acquire(known, self.context, &self.store, &self.execution.id).await
    }

    fn with_next_step(&self, error: CommandError) -> CommandError {
        let resumable = [
            code::STORE_FULL,
            code::STORE_BUSY,
            code::STORE_UNUSABLE,
            code::LAPSED,
            code::OUT_OF_PATIENCE,
        ];
        if !resumable.contains(&error.code) {
            return error;
        }
        error.hint(self.context.command(&format!("resume {}", self.execution.id)))
    }

    fn driver(&self, renewal: &Renewal, feeding: &Rc<Feeding>) -> Result<(Driver, Rc<Flags>)> {
        let context = self.context;
        let person = self.user.clone().unwrap_or_default();
        // An answer needs the name of a person.
        let given = if self.user.is_some() { self.answers.as_slice() } else { &[] };
        let (user, people) = (person.name.as_str(), Rc::new(Graph::of(&self.execution)));
        let lines = Lines(context.output);
        let mut observers: Vec<Rc<dyn Observer>> = vec![Rc::clone(feeding) as _];
        let mut asked: Rc<dyn Answers> = Rc::new(Unattended);
        if context.is_watched {
            observers.push(Rc::new(Live::new(lines)));
        } else {
            observers.push(Rc::new(lines));
        }
        if context.can_ask && self.user.is_some() {
            let terminal = Rc::new(Terminal::new(context.output, user, Rc::clone(&people)));
            observers.push(Rc::clone(&terminal) as Rc<dyn Observer>);
            asked = terminal;
        }
        let answers =
            Rc::new(Flags::new(given, user, people, asked).telling(Rc::new(context.clone())));
        let signed = Rc::new(Signed { answers: Rc::clone(&answers) as _, sender: person.sender });
        let driver = Driver {
            store: Arc::clone(&self.store),
            world: Rc::clone(&self.reached.world),
            clock: Arc::clone(&self.reached.clock),
            observer: Rc::new(All(observers)),
            answers: signed,
            limits: self.settings.limits_of(&self.execution, &self.changed),
            changes: self.changes(user),
            denied: self.settings.denied.clone(),
            signals_every: Some(SIGNALS_EVERY),
            patience: self.settings.patience.of(&context.environment)?,
            pulse: renewal.pulse().clone(),
            beside: self.beside.clone(),
            secrets: self.secrets.clone(),
        };
        Ok((driver, answers))
    }
}
