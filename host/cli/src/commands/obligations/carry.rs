//! Carrying out what is owed: once, in the execution that the first carrier has chosen.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use moontide_control::cleanup::begun::Begun;
use moontide_control::cleanup::taking::look;
use moontide_control::cleanup::{CleanedUp, Cleaner, Taking};
use moontide_control::clocks::SystemClock;
use moontide_control::error::{Result, code};
use moontide_control::operator::Operator;
use moontide_control::reached::Reached;
use moontide_control::runner::owed::{LOOKS, restless};
use moontide_control::settings::Settings;
use moontide_control::view::obligation::{Stage, due};
use moontide_control::view::time::{speed_of, time_of};
use moontide_control::whoami;
use moontide_runtime::clock::Clock;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Obligation, Seal, Store, StoreError};

use crate::aws::AwsFlags;
use crate::commands::cleanup;
use crate::context::Context;
use crate::exit;
use crate::interrupt::Interrupt;
use crate::output::style::{plain, strong};
use crate::view::{ObligationView, Record};

/// Who we are, and when.
fn us(context: &Context) -> (String, Timestamp) {
    (whoami::user(&context.environment), SystemClock::new().now())
}

/// What others have changed meanwhile is theirs.
pub(crate) fn unless_changed(changed: Result<Obligation, StoreError>) -> Result<()> {
    match changed {
        Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A drill of which nothing is left to clean up owes nothing more.
pub(crate) async fn settle(context: &Context, store: &dyn Store, id: &str) -> Result<()> {
    let record = Record::load(store, id).await?;
    let open = record.obligation.as_ref().filter(|it| it.is_open());
    match open.filter(|_| record.is_over() && !record.has_instances) {
        Some(obligation) => settled(context, store, obligation).await,
        None => Ok(()),
    }
}

/// It is done, by the last cleanup that there is.
async fn settled(context: &Context, store: &dyn Store, obligation: &Obligation) -> Result<()> {
    let last = Begun::of(store, &obligation.execution).await?.last();
    let (user, now) = us(context);
    let carried_by = last.as_ref().map(|it| it.id.as_str());
    unless_changed(obligation.settle(store, carried_by, (&user, now)).await)
}

/// What a runner does that has driven an execution to its end: what is due now. Returns how the execution stands then,
/// and the exit code.
pub(crate) async fn after(
    context: &Context,
    aws: &AwsFlags,
    store: &Arc<dyn Store>,
    (record, exit): (Record, u8),
    interrupt: &mut Interrupt,
) -> Result<(Record, u8)> {
    let view = ObligationView::of(&record);
    let is_late = view.is_some_and(|it| it.is_to_be_done());
    let Some(obligation) = record.obligation.clone().filter(|_| is_late) else {
        return Ok((record, exit));
    };
    let settings = context.settings(None)?;
    let carrier = Carrier { context, aws, store: Arc::clone(store), settings };
    let at_end = match carrier.carry_out(&obligation, interrupt).await {
        Ok(came) => came.exit,
        Err(error) => {
            context.complain(&error);
            exit::of_error(error.code)
        }
    };
    let mut record = Record::load(store.as_ref(), &obligation.execution).await?;
    record.runner = None;
    Ok((record, if exit == exit::COMPLETED { at_end } else { exit }))
}

/// Carries out obligations.
pub(crate) struct Carrier<'c> {
    pub(super) context: &'c Context,
    pub(super) aws: &'c AwsFlags,
    pub(super) store: Arc<dyn Store>,
    pub(super) settings: Settings,
}

/// What came of one.
pub(crate) struct Came {
    /// How it stands.
    pub(super) view: ObligationView,
    /// What that means for the exit code; [`exit::COMPLETED`] too if it is not due.
    pub(super) exit: u8,
    /// How long until it falls due, in the time of this machine.
    pub(super) due_in: Option<Duration>,
}

impl Carrier<'_> {
    /// Carries out what is due of it.
    pub(crate) async fn carry_out(
        &self,
        obligation: &Obligation,
        interrupt: &mut Interrupt,
    ) -> Result<Came> {
        let mut obligation = obligation.clone();
        for _ in 0..LOOKS {
            match Box::pin(self.once(&obligation, interrupt)).await {
                // Another carrier, or the operator, was quicker.
                Err(error) if error.code == code::CHANGED_MEANWHILE => {}
                came => return came,
            }
            let Some(now) = look(self.store.as_ref(), &obligation).await? else { break };
            obligation = now;
        }
        Err(restless(obligation.terms.what, &obligation.execution))
    }

    async fn once(&self, obligation: &Obligation, interrupt: &mut Interrupt) -> Result<Came> {
        let (context, store) = (self.context, self.store.as_ref());
        let looked = Looked::at(store, obligation, self.speed()).await?;
        let Looked { record: Some(record), view, due_in } = looked else {
            return Ok(Came { view: looked.view, exit: exit::COMPLETED, due_in: None });
        };
        if !view.is_to_be_done() || due_in.is_some() {
            return Ok(Came { view, exit: exit::COMPLETED, due_in });
        }
        if !record.has_instances {
            settled(context, store, obligation).await?;
            return self.came(obligation, exit::COMPLETED).await;
        }
        if let Some(due_in) = self.is_early(&record, view.due_at).await? {
            let view = ObligationView::new(obligation, view.due_at, false);
            return Ok(Came { view, exit: exit::COMPLETED, due_in: Some(due_in) });
        }
        if let Some(why) = self.called_off(&record).await? {
            return Ok(Came { view: view.because(why), exit: exit::WAITING, due_in: None });
        }
        let id = record.execution.id.clone();
        context.output.say([plain("cleaning up after "), strong(id.as_str())]);
        let taking = Some(Taking::by(us(context).0, obligation.clone()));
        let operator = self.operator()?;
        let cleaner = Cleaner { operator: &operator, taking };
        let gone = Box::pin(cleanup::go(context, &cleaner, record, interrupt)).await;
        let (CleanedUp { records, .. }, exit) = match gone {
            Ok(done) => done,
            Err(error) if error.code == code::HELD => {
                let view = self.came(obligation, exit::HELD).await?.view;
                let view = view.because(format!("under way: {}", error.message));
                return Ok(Came { view, exit: exit::HELD, due_in: None });
            }
            Err(error) => return Err(error),
        };
        let store = self.store.as_ref();
        settle(context, store, &id).await?;
        if !Record::load(store, &id).await?.is_over() {
            // It was taken up again: its cleanup is owed after its next end.
            return self.came(obligation, exit).await;
        }
        let is_undone = |it: &&Record| it.status() != ExecutionStatus::Completed;
        let told = records.iter().find(is_undone).or(records.last());
        let why = told.map(why_not_done).unwrap_or_default();
        let now = look(store, obligation).await?;
        if let Some(open) = now.filter(Obligation::is_open) {
            let (user, at) = us(context);
            unless_changed(open.note(store, &why, (&user, at)).await)?;
            // A cleanup that has completed, and did not see to all of it, is no success either.
            let exit = if exit == exit::COMPLETED { exit::FAILED } else { exit };
            return self.came(obligation, exit).await;
        }
        self.came(obligation, exit).await
    }

    /// Who cleans up: in the carrier's store, by its way to AWS.
    fn operator(&self) -> Result<Operator> {
        let (context, by) = (self.context, None);
        Ok(Operator {
            environment: context.environment.clone(),
            settings: self.settings.clone(),
            address: context.address()?,
            store: Arc::clone(&self.store),
            target: self.aws.target(),
            by,
            face: Rc::new(context.clone()),
        })
    }

    /// A simulator may run faster than its execution was begun with.
    fn speed(&self) -> Option<f64> {
        self.aws.speed
    }

    async fn came(&self, obligation: &Obligation, exit: u8) -> Result<Came> {
        let store = self.store.as_ref();
        let now = look(store, obligation).await?.unwrap_or_else(|| obligation.clone());
        let looked = Looked::at(store, &now, self.speed()).await?;
        Ok(Came { view: looked.view, exit, due_in: None })
    }

    /// How long it is still to wait, in this machine's time, although by its clock it is due: AWS's clock counts, and a
    /// carrier's machine may be ahead of it, or the last runner's may have been behind.
    async fn is_early(&self, drill: &Record, due: Option<Timestamp>) -> Result<Option<Duration>> {
        let (context, execution) = (self.context, &drill.execution);
        // A simulator's time is reckoned from when the drill began.
        let Some(due) = due.filter(|_| speed_of(drill).is_none()) else { return Ok(None) };
        let reached = Reached::of(&self.aws.target(), &context.environment, execution).await?;
        let left = Duration::try_from(reached.clock.now().duration_until(due)).unwrap_or_default();
        Ok(Some(left).filter(|left| !left.is_zero()))
    }

    /// Why it is not carried out although it is due: a person has called its cleanup off.
    async fn called_off(&self, drill: &Record) -> Result<Option<String>> {
        let id = &drill.execution.id;
        // In whichever Region: another one may have been cleaned up since.
        for last in Begun::of(self.store.as_ref(), id).await?.lasts() {
            let cleanup = Record::load(self.store.as_ref(), &last.id).await?;
            // It may have failed under the cancel: that takes nothing back of it.
            let is_off = cleanup.is_over();
            if let Some(by) = cleanup.state.cancelled_by.as_deref().filter(|_| is_off) {
                let again = self.context.command(&format!("cleanup {id}"));
                let why = format!("{} was cancelled by {by}: `{again}` begins anew", last.id);
                return Ok(Some(why));
            }
        }
        Ok(None)
    }
}

/// Why a cleanup that has ended here has not done it.
fn why_not_done(cleanup: &Record) -> String {
    let id = &cleanup.execution.id;
    match cleanup.status() {
        ExecutionStatus::Failed => format!("{id} has failed"),
        ExecutionStatus::Cancelled => format!("{id} was cancelled"),
        ExecutionStatus::Waiting | ExecutionStatus::Paused => format!("{id} waits for a person"),
        ExecutionStatus::Completed => format!("{id} has left something"),
        ExecutionStatus::Pending | ExecutionStatus::Running => format!("{id} was stopped"),
    }
}

/// An obligation beside its execution.
pub(super) struct Looked {
    /// Its execution; `None`: it is not in this store, or goes on in another.
    pub(super) record: Option<Record>,
    /// How it stands.
    pub(super) view: ObligationView,
    /// How long until it falls due, in the time of this machine; `None`: it is due, or its execution is not over.
    pub(super) due_in: Option<Duration>,
}

impl Looked {
    /// Looks at the execution, whose time runs as fast as its simulator's, if nothing else is said.
    pub(super) async fn at(
        store: &dyn Store,
        obligation: &Obligation,
        speed: Option<f64>,
    ) -> Result<Looked> {
        let bare = ObligationView::new(obligation, None, false);
        // What is over with needs no look at its execution.
        if !obligation.is_open() {
            return Ok(Looked { record: None, view: bare, due_in: None });
        }
        match store.execution(&obligation.execution).await {
            Ok(execution) if obligation.is_of(&execution) => {}
            Ok(_) | Err(StoreError::NotFound(_)) => {
                return Ok(Looked { record: None, view: bare.at(Stage::Void), due_in: None });
            }
            Err(error) => return Err(error.into()),
        }
        let record = Record::load(store, &obligation.execution).await?;
        if let Some(Seal::Moved(_)) = record.seal {
            return Ok(Looked { record: None, view: bare.at(Stage::Elsewhere), due_in: None });
        }
        let simulated = speed_of(&record);
        let speed = simulated.map(|simulated| speed.unwrap_or(simulated));
        // Of two clocks the one that is ahead: whether it is due is asked of AWS before anything is done.
        let now = match speed {
            Some(_) => time_of(&record, speed),
            None => time_of(&record, None).max(SystemClock::new().now()),
        };
        let due_at = due(obligation, &record);
        let left =
            due_at.map(|due| Duration::try_from(now.duration_until(due)).unwrap_or_default());
        let due_in = left.filter(|left| !left.is_zero());
        let due_in = due_in.map(|left| left.div_f64(speed.unwrap_or(1.0)));
        let mut view =
            ObligationView::new(obligation, due_at, due_at.is_some() && due_in.is_none());
        view.is_left = !record.is_over() && record.runner.is_none();
        if view.is_left {
            "it is not over, and no runner drives it".clone_into(&mut view.note);
        }
        Ok(Looked { record: Some(record), view, due_in })
    }
}
