//! Carrying out what is owed: once, in the execution that the first carrier has chosen.

use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::Obligation;

use super::came::{Came, How};
use super::looked::Looked;
use super::settled::{settle, settled, unless_changed, us};
use crate::cleanup::begun::Begun;
use crate::cleanup::taking::look;
use crate::cleanup::{CleanedUp, Cleaner, Taking};
use crate::error::{Hint, Result, code};
use crate::listener::Remark;
use crate::next::Next;
use crate::operator::Operator;
use crate::reached::Reached;
use crate::runner::owed::{LOOKS, restless};
use crate::schedule::mandate;
use crate::view::time::speed_of;
use crate::view::{ObligationView, Record};

/// What is owed for an execution and due now, which the runner that has ended the execution carries out.
pub fn late(record: &Record) -> Option<&Obligation> {
    let is_late = ObligationView::of(record).is_some_and(|it| it.is_to_be_done());
    record.obligation.as_ref().filter(|_| is_late)
}

/// Carries out obligations.
pub struct Carrier<'o> {
    /// The operator of the carrier, in its own store.
    pub operator: &'o Operator,
}

impl Carrier<'_> {
    /// Carries out what is due of this one, until it is done or `interrupt` returns.
    pub async fn carry_out(
        &self,
        obligation: &Obligation,
        interrupt: &mut impl AsyncFnMut(),
    ) -> Result<Came> {
        let mut obligation = obligation.clone();
        for _ in 0..LOOKS {
            match Box::pin(self.once(&obligation, interrupt)).await {
                // Another carrier, or the operator, was quicker.
                Err(error) if error.code == code::CHANGED_MEANWHILE => {}
                came => return came,
            }
            let now = look(self.operator.store.as_ref(), &obligation).await?;
            let Some(now) = now else { break };
            obligation = now;
        }
        Err(restless(obligation.terms.what, &obligation.execution))
    }

    async fn once(
        &self,
        obligation: &Obligation,
        interrupt: &mut impl AsyncFnMut(),
    ) -> Result<Came> {
        let store = self.operator.store.as_ref();
        let looked = Looked::at(store, obligation, self.operator.target.speed).await?;
        let Looked { record: Some(record), view, due_in } = looked else {
            return Ok(Came::in_order(looked.view, None));
        };
        if !view.is_to_be_done() || due_in.is_some() {
            return Ok(Came::in_order(view, due_in));
        }
        // What a schedule has begun is reached by the way that the schedule said.
        let own = mandate::operator(self.operator, &record.execution)?;
        let operator = own.as_ref().unwrap_or(self.operator);
        if !record.has_instances {
            settled(operator, obligation).await?;
            return self.came(obligation, How::InOrder).await;
        }
        if let Some(due_in) = is_early(operator, &record, view.due_at).await? {
            let view = ObligationView::new(obligation, view.due_at, false);
            return Ok(Came::in_order(view, Some(due_in)));
        }
        if let Some(why) = self.called_off(&record).await? {
            return Ok(Came { why: Some(why), ..Came::so(view, How::CalledOff) });
        }
        let drill = record.execution.id.clone();
        operator.face.hear(&Remark::CleaningUp { drill: drill.clone() });
        let taking = Some(Taking::by(us(operator).0, obligation.clone()));
        let cleaner = Cleaner { operator, taking };
        let gone = Box::pin(cleaner.go(record, interrupt)).await;
        let CleanedUp { records, regions, errors, .. } = match gone {
            Ok(done) => done,
            Err(error) if error.code == code::HELD => {
                let view = self.came(obligation, How::Held).await?.view;
                let view = view.because(format!("under way: {}", error.message));
                return Ok(Came::so(view, How::Held));
            }
            Err(error) => return Err(error),
        };
        for error in errors {
            operator.face.hear(&Remark::Failed { error });
        }
        let how = How::CleanedUp(regions.into_values().collect());
        settle(operator, &drill).await?;
        if !Record::load(store, &drill).await?.is_over() {
            // It was taken up again: its cleanup is owed after its next end.
            return self.came(obligation, how).await;
        }
        let is_undone = |it: &&Record| it.status() != ExecutionStatus::Completed;
        let told = records.iter().find(is_undone).or(records.last());
        let why = told.map(why_not_done).unwrap_or_default();
        let now = look(store, obligation).await?;
        if let Some(open) = now.filter(Obligation::is_open) {
            let (user, at) = us(operator);
            unless_changed(open.note(store, &why, (&user, at)).await)?;
            // A cleanup that has completed, and did not see to all of it, is no success either.
            let how = if how.is_in_order() { How::Undone } else { how };
            return self.came(obligation, how).await;
        }
        self.came(obligation, how).await
    }

    async fn came(&self, obligation: &Obligation, how: How) -> Result<Came> {
        let store = self.operator.store.as_ref();
        let now = look(store, obligation).await?.unwrap_or_else(|| obligation.clone());
        let looked = Looked::at(store, &now, self.operator.target.speed).await?;
        Ok(Came::so(looked.view, how))
    }

    /// Why it is not carried out although it is due: a person has called its cleanup off.
    async fn called_off(&self, drill: &Record) -> Result<Option<Hint>> {
        let (id, store) = (&drill.execution.id, self.operator.store.as_ref());
        // In whichever Region: another one may have been cleaned up since.
        for last in Begun::of(store, id).await?.lasts() {
            let cleanup = Record::load(store, &last.id).await?;
            // It may have failed under the cancel: that takes nothing back of it.
            let is_off = cleanup.is_over();
            if let Some(by) = cleanup.state.cancelled_by.as_deref().filter(|_| is_off) {
                let before = format!("{} was cancelled by {by}: `", last.id);
                return Ok(Some(Hint::step(before, Next::clean_up(id), "` begins anew")));
            }
        }
        Ok(None)
    }
}

/// How long it is still to wait, in this machine's time, although by its clock it is due: AWS's clock counts, and a
/// carrier's machine may be ahead of it, or the last runner's may have been behind.
async fn is_early(
    operator: &Operator,
    drill: &Record,
    due: Option<Timestamp>,
) -> Result<Option<Duration>> {
    let Operator { target, environment, .. } = operator;
    // A simulator's time is reckoned from when the drill began.
    let Some(due) = due.filter(|_| speed_of(drill).is_none()) else { return Ok(None) };
    let reached = Reached::of(target, environment, &drill.execution).await?;
    let left = Duration::try_from(reached.clock.now().duration_until(due)).unwrap_or_default();
    Ok(Some(left).filter(|left| !left.is_zero()))
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
