//! The plan of an execution is claimed before it is created, made sure of whenever it is driven, and given back when it
//! is over.

mod elsewhere;

use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::leases::alive;
use moontide_control::words;
use moontide_control::words::quoted;
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::Execution;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::Store;
use moontide_runtime::store::claims::{self, Claimant, Held, Holder, Stands, Taken, Wanted};

use super::Ride;
use crate::context::Context;
use crate::next;
use crate::output::style::{attention, plain};
use crate::view::Record;

/// Claims the plan of an execution that may go on beside these. It says beside which ones it does.
pub(crate) async fn take(
    context: &Context,
    store: &dyn Store,
    execution: &Execution,
    beside: &[String],
) -> Result<()> {
    let Some(name) = claims::plan(execution) else { return Ok(()) };
    let beside = [execution.beside.as_slice(), beside].concat();
    let claimant = Claimant { store, holder: holder(execution), beside: &beside };
    let wanted = [Wanted { name, is_given_up: false }];
    let mut taken = claimant.take(&wanted).await?;
    if let Taken::Refused(others) = &taken
        && elsewhere::lift(store, others).await?
    {
        taken = claimant.take(&wanted).await?;
    }
    match taken {
        Taken::All(others) => {
            for other in others {
                let (id, by) = (&other.holder.execution, &other.holder.by);
                let text = format!("{id}, which {by} began and which {}", other.stands);
                context.output.say([attention("beside "), plain(text)]);
            }
            Ok(())
        }
        Taken::Refused(others) => Err(refused(context, store, execution, &others).await),
    }
}

/// Says which of these were never begun here: they may be about to be, or be mistyped.
pub(crate) async fn check_beside(
    context: &Context,
    store: &dyn Store,
    beside: &[String],
) -> Result<()> {
    for id in beside {
        match Record::load(store, id).await {
            Err(error) if error.code == code::NO_EXECUTION => {
                let hints =
                    error.hints.iter().map(|hint| hint.text(|step| next::command(context, step)));
                let said = std::iter::once(error.message.clone()).chain(hints);
                let said = said.collect::<Vec<_>>().join("; ");
                let text = format!("`--beside {id}`: {said}");
                context.output.say([attention("note: "), plain(text)]);
            }
            loaded => drop(loaded?),
        }
    }
    Ok(())
}

/// What has arrived from another store goes on with its plan here, if no other execution has claimed it.
pub(crate) async fn arrived(store: &dyn Store, execution: &Execution) {
    let Some(name) = claims::plan(execution) else { return };
    let claimant = Claimant { store, holder: holder(execution), beside: &execution.beside };
    // If the store does not answer now, it is claimed when it is driven.
    let _ = claimant.take(&[Wanted { name, is_given_up: false }]).await;
}

/// Claims are compared by the time of machines: a simulator's may run a thousand times as fast.
fn holder(execution: &Execution) -> Holder {
    Holder {
        execution: execution.id.clone(),
        wave: String::new(),
        by: execution.created_by.clone(),
        since: SystemClock::new().now(),
    }
}

/// Who has claimed the plan, and what to do about it.
async fn refused(
    context: &Context,
    store: &dyn Store,
    execution: &Execution,
    others: &[Held],
) -> CommandError {
    let (plan, mode) = (&execution.plan.name, moontide_control::words::mode(execution.mode));
    let said = others.iter().map(|it| {
        let Holder { execution, by, since, .. } = &it.holder;
        format!("{by} runs it since {} as `{execution}`, which {}", words::time(*since), it.stands)
    });
    let message = format!(
        "a {mode} of `{plan}` has been started already: {}; nothing was launched",
        said.collect::<Vec<_>>().join(", and ")
    );
    let mut error = CommandError::new(code::CLAIMED, message);
    for Held { holder, stands, .. } in others {
        let id = &holder.execution;
        let command = |words: &str| context.command(&format!("{words} {id}"));
        let follow = context.command(&format!("status {id} --follow"));
        match stands {
            Stands::Here(status) => {
                error = error.hint(format!("`{follow}` shows how far it is"));
                let is_left = alive(store, id).await.is_ok_and(|runner| runner.is_none());
                if is_left && *status == ExecutionStatus::Running {
                    let resume = command("resume");
                    error = error.hint(format!("no runner drives it: `{resume}` goes on with it"));
                }
                // A cancel is taken by a runner.
                let resume = if is_left {
                    format!(", then `{}`,", command("resume"))
                } else {
                    String::new()
                };
                error = error.hint(format!("`{}`{resume} ends it", command("cancel")));
            }
            Stands::Beginning => {
                error = error
                    .hint(format!("try again in a moment; `{follow}` shows whether it has begun"));
            }
            Stands::Moved(moved) => {
                let there = format!("status {id} --store {}", quoted(&moved.to));
                error = error
                    .hint(format!("`moontide {there}` shows how far it is, if that is a store"))
                    .hint(format!(
                        "once it is over there, `{}` says so here",
                        command("claims drop")
                    ));
            }
            Stands::Unread(_) => {}
        }
        error = error.hint(format!("`--beside {id}` goes on although that one does"));
    }
    error
}

impl Ride<'_> {
    /// Makes sure of the plan's claim: another execution may have taken it over meanwhile.
    pub(super) async fn claim(&self) -> Result<()> {
        take(self.context, self.store.as_ref(), &self.execution, &self.beside).await
    }

    /// Gives all claims of the execution back. What stays, because the store does not answer now, is void: it is over.
    pub(super) async fn release(&self) {
        let (store, holder) = (self.store.as_ref(), holder(&self.execution));
        let claimant = Claimant { store, holder, beside: &[] };
        let _ = claimant.release().await;
    }
}
