//! The plan of an execution is claimed before it is created, made sure of whenever it is driven, and given back when it
//! is over.
//!
//! - [`list`]: all claims that hold. [`drop`]: lifting what holds for ever.
//! - `elsewhere`: what holds a claim here, and has ended in the store that it was moved to.

pub mod drop;
mod elsewhere;
pub mod list;

use moontide_runtime::clock::Clock as _;
use moontide_runtime::journal::Execution;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::claims::{self, Claimant, Held, Holder, Stands, Taken, Wanted};
use moontide_runtime::store::{Moved, Store};

use crate::clocks::SystemClock;
use crate::error::{CommandError, Hint, Result, code};
use crate::leases::alive;
use crate::listener::{Listener, Remark};
use crate::next::Next;
use crate::view::Record;
use crate::words;

/// Claims the plan of an execution that may go on beside these. It says beside which ones it does.
pub async fn take(
    listener: &dyn Listener,
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
            for Held { holder, stands, .. } in others {
                let (execution, by) = (holder.execution, holder.by);
                listener.hear(&Remark::Beside { execution, by, stands: stands.to_string() });
            }
            Ok(())
        }
        Taken::Refused(others) => Err(refused(store, execution, &others).await),
    }
}

/// Says which of these were never begun here: they may be about to be, or be mistyped.
pub async fn check_beside(
    listener: &dyn Listener,
    store: &dyn Store,
    beside: &[String],
) -> Result<()> {
    for id in beside {
        match Record::load(store, id).await {
            Err(CommandError { code, message, hints, .. }) if code == code::NO_EXECUTION => {
                let execution = id.clone();
                listener.hear(&Remark::UnknownBeside { execution, why: message, hints });
            }
            loaded => std::mem::drop(loaded?),
        }
    }
    Ok(())
}

/// What has arrived from another store goes on with its plan here, if no other execution has claimed it.
pub async fn arrived(store: &dyn Store, execution: &Execution) {
    let Some(name) = claims::plan(execution) else { return };
    let claimant = Claimant { store, holder: holder(execution), beside: &execution.beside };
    // If the store does not answer now, it is claimed when it is driven.
    let _ = claimant.take(&[Wanted { name, is_given_up: false }]).await;
}

/// Gives all claims of an execution back.
pub async fn release(store: &dyn Store, execution: &Execution) -> Result<()> {
    take_out(store, &holder(execution)).await
}

/// Takes an execution out of all claims.
async fn take_out(store: &dyn Store, holder: &Holder) -> Result<()> {
    Ok(Claimant { store, holder: holder.clone(), beside: &[] }.release().await?)
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

/// The executions that have claimed the plan, and what to do about it.
async fn refused(store: &dyn Store, execution: &Execution, others: &[Held]) -> CommandError {
    let (plan, mode) = (&execution.plan.name, words::mode(execution.mode));
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
        let id = holder.execution.as_str();
        let follow = Next::follow(id);
        match stands {
            Stands::Here(status) => {
                error = error.hint(Hint::step("`", follow, "` shows how far it is"));
                let is_left = alive(store, id).await.is_ok_and(|runner| runner.is_none());
                if is_left && *status == ExecutionStatus::Running {
                    let before = "no runner drives it: `";
                    let resume = Hint::step(before, Next::resume(id), "` goes on with it");
                    error = error.hint(resume);
                }
                let cancel = Hint::step("`", Next::cancel(id), "`");
                // A cancel is taken by a runner.
                error = error.hint(if is_left {
                    cancel.say(", then `").then(Next::resume(id)).say("`, ends it")
                } else {
                    cancel.say(" ends it")
                });
            }
            Stands::Beginning => {
                let before = "try again in a moment; `";
                error = error.hint(Hint::step(before, follow, "` shows whether it has begun"));
            }
            Stands::Moved(moved) => {
                let before = "once it is over there, `";
                let over = Hint::step(before, Next::drop_claims(id), "` says so here");
                error = error.hint(whereabouts(id, moved)).hint(over);
            }
            Stands::Unread(_) => {}
        }
        error = error.hint(format!("`--beside {id}` goes on although that one does"));
    }
    error
}

/// Where an execution goes on that has moved: in a store, or in whichever takes its file in.
fn whereabouts(id: &str, moved: &Moved) -> Hint {
    let to = moved.to.as_str();
    if moved.store.is_some() {
        return Hint::step("`", Next::status(id).there(to), "` shows how far it is");
    }
    let import = Next::Import { from: to.to_owned() };
    Hint::step("`", import, "` takes it in where it is to go on")
}

#[cfg(test)]
mod tests {
    use moontide_kit::staged;
    use moontide_runtime::journal::Format;
    use moontide_runtime::store::MemoryStore;

    use super::*;

    /// The steps that are offered beside one that has moved there.
    async fn steps(to: &str, identity: Option<&str>) -> Vec<Next> {
        let (at, by) = (staged::second(1), "bob".to_owned());
        let store = identity.map(str::to_owned);
        let moved = Moved { at, by, to: to.to_owned(), store, format: Format(9) };
        let (holder, stands) = (holder(&staged::execution("first", 0, &[])), Stands::Moved(moved));
        let others = [Held { name: "plan/recovery/shop".to_owned(), holder, stands }];
        let second = staged::execution("second", 2, &[]);
        let error = refused(&MemoryStore::new(), &second, &others).await;
        error.hints.iter().flat_map(Hint::steps).cloned().collect()
    }

    #[tokio::test]
    async fn what_holds_the_plan_and_has_left_for_a_file_is_in_no_store_yet() {
        let drop = Next::drop_claims("first");
        let there = Next::status("first").there("sqlite:b.db");
        assert_eq!(steps("sqlite:b.db", Some("b")).await, [there, drop.clone()]);
        let import = Next::Import { from: "/srv/first.json".to_owned() };
        assert_eq!(steps("/srv/first.json", None).await, [import, drop]);
    }
}
