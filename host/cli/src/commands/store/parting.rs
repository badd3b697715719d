//! An execution leaves its store. One that could still go on leaves it for good: in two stores it would be driven
//! twice, and launch twice.

use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Moved, Parcel, Seal, Store, StoreError, lease};

use super::archive;
use crate::clocks::SystemClock;
use crate::context::Context;
use crate::drive::held;
use crate::error::{CommandError, Result, code};
use crate::keeper::TTL;
use crate::view::Record;
use crate::whoami;

/// Packs an execution that is to arrive at `to`. With `is_move` it is sealed here first, so that at no moment two
/// stores would let it go on; one that was sealed for the same place before is packed again.
pub(super) async fn pack(
    context: &Context,
    store: &dyn Store,
    id: &str,
    (to, is_move): (&str, bool),
) -> Result<Parcel> {
    let record = Record::load(store, id).await?;
    match &record.seal {
        Some(Seal::Moved(moved)) if is_move && moved.to == to => {}
        Some(seal @ Seal::Moved(_)) => {
            let (execution, seal) = (id.to_owned(), Box::new(seal.clone()));
            return Err(StoreError::Sealed { execution, seal }.into());
        }
        Some(Seal::Pruned(_)) => {}
        None => {
            // What is damaged is found before it is sealed, and not where it arrives.
            archive(store)?.export(id).await?.unpack(id)?;
            part(context, store, &record, (to, is_move)).await?;
        }
    }
    let mut parcel = archive(store)?.export(id).await?;
    if matches!(parcel.seal, Some(Seal::Moved(_))) {
        parcel.seal = None;
    }
    Ok(parcel)
}

/// Seals it, if it is to leave for good; refuses to copy what could go on.
async fn part(
    context: &Context,
    store: &dyn Store,
    record: &Record,
    (to, is_move): (&str, bool),
) -> Result<()> {
    let id = &record.execution.id;
    if !is_move {
        let is_done = record.is_over() && record.status() == ExecutionStatus::Completed;
        return if is_done { Ok(()) } else { Err(could_go_on(id)) };
    }
    let (clock, us) = (SystemClock::new(), whoami::holder(&context.environment));
    // Nothing is watched: who may drive it is left in peace.
    let taken = lease::acquire(store, &clock, id, &us, TTL, Duration::ZERO).await;
    let taken = taken.map_err(|error| match error {
        StoreError::Held { holder } => held(context, id, &holder),
        error => error.into(),
    })?;
    let (to, by) = (to.to_owned(), whoami::user(&context.environment));
    let moved = Moved { at: clock.now(), by, to };
    let sealed = archive(store)?.part(&taken.lease, &moved).await;
    store.release(&taken.lease).await?;
    Ok(sealed?)
}

fn could_go_on(id: &str) -> CommandError {
    let message = format!(
        "the execution `{id}` could still go on: in two stores it would be driven twice, and launch twice"
    );
    CommandError::new(code::NOT_MOVED, message)
        .hint("with `--move` it goes on there, and is sealed here")
}
