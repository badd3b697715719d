//! An execution leaves its store. One that could still go on leaves it for good: in two stores it would be driven
//! twice, and launch twice.
//!
//! It is sealed before it is packed, so that at no moment two stores let it go on; and the seal names the store that it
//! is for by that store's identity, not by its address: the same words may lead elsewhere from another folder, or with
//! other credentials.

use moontide_runtime::clock::Clock as _;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Moved, Parcel, Seal, Store, StoreError, lease, obligations};

use super::import;
use crate::cleanup::begun::Begun;
use crate::clocks::SystemClock;
use crate::error::{CommandError, Hint, Result, code};
use crate::leases::{self, held};
use crate::next::Next;
use crate::operator::Operator;
use crate::stores::{archive, identity};
use crate::view::Record;
use crate::whoami;

/// Where an execution leaves for.
pub(super) struct To<'t> {
    /// In words.
    pub(super) text: &'t str,
    /// The store; `None`: a file.
    pub(super) store: Option<&'t dyn Store>,
    /// Whether it goes on there.
    pub(super) is_move: bool,
}

/// A packed execution.
pub(super) struct Packed {
    pub(super) parcel: Parcel,
    /// The seal that was put on it just now.
    pub(super) sealed: Option<Moved>,
}

/// Packs an execution that is to arrive elsewhere; one that was sealed for the same store before is packed again.
pub(super) async fn pack(operator: &Operator, id: &str, to: &To<'_>) -> Result<Packed> {
    let store = operator.store.as_ref();
    let record = Record::load(store, id).await?;
    let target = match to.store {
        Some(target) if to.is_move => {
            Some(identity::of(target, &whoami::user(&operator.environment)).await?)
        }
        _ => None,
    };
    let mut sealed = None;
    match &record.seal {
        Some(Seal::Moved(moved))
            if to.is_move && moved.store == target && (target.is_some() || moved.to == to.text) =>
        {
            archive(store)?.sweep(id).await?;
        }
        Some(seal @ Seal::Moved(_)) => {
            let (execution, seal) = (id.to_owned(), Box::new(seal.clone()));
            return Err(StoreError::Sealed { execution, seal }.into());
        }
        Some(Seal::Pruned(_)) => {}
        None if to.is_move => {
            // What is damaged, or would be refused there, is found before it is sealed.
            let parcel = archive(store)?.export(id).await?;
            parcel.unpack(id)?;
            no_cleanup_runs(store, &record).await?;
            if let Some(target) = to.store {
                expect(target, &parcel).await?;
            }
            sealed = Some(part(operator, &record, to.text, target).await?);
        }
        None if record.is_over() && record.status() == ExecutionStatus::Completed => {}
        None => return Err(could_go_on(id)),
    }
    let mut parcel = archive(store)?.export(id).await?;
    if !to.is_move {
        // It is carried out once, where the execution is; what was copied owes nothing.
        parcel.belongings.documents.retain(|it| it.kind != obligations::KIND);
    }
    if matches!(parcel.seal, Some(Seal::Moved(_))) {
        parcel.seal = None;
        parcel.moves = true;
    }
    Ok(Packed { parcel, sealed })
}

/// The complaint with what has become of the execution that was on its way.
pub(super) async fn cut_off(store: &dyn Store, id: &str, error: CommandError) -> CommandError {
    let seal = match store.archive() {
        Some(archive) => archive.seal(id).await,
        None => Ok(None),
    };
    error.hint(match seal {
        Ok(Some(Seal::Moved(_))) => format!(
            "`{id}` is sealed where it was, and may not have arrived: the same command goes on with it"
        ),
        Ok(_) => format!("`{id}` has not left: the same command goes on with it"),
        Err(_) => format!(
            "whether `{id}` is sealed where it was cannot be seen: the same command goes on with it"
        ),
    })
}

/// Makes sure that a store would take this execution, and that it may be written to.
async fn expect(target: &dyn Store, parcel: &Parcel) -> Result<()> {
    match archive(target)?.export(&parcel.id).await {
        Err(StoreError::NotFound(_)) => {}
        Ok(there) if matches!(there.seal, Some(Seal::Moved(_))) && parcel.goes_on(&there) => {}
        Ok(_) => return Err(import::another(&parcel.id)),
        Err(error) => return Err(error.into()),
    }
    Ok(archive(target)?.expect(&parcel.id).await?)
}

/// Refuses to let a drill go of which a cleanup is not over: that would go on here, and another one be begun there.
async fn no_cleanup_runs(store: &dyn Store, record: &Record) -> Result<()> {
    let drill = &record.execution;
    if drill.mode != Mode::Drill || drill.client().is_some() {
        return Ok(());
    }
    for cleanup in Begun::of(store, &drill.id).await?.all {
        let cleanup = Record::load(store, &cleanup.id).await?;
        let id = &cleanup.execution.id;
        if cleanup.seal.is_some() || cleanup.is_over() && cleanup.runner.is_none() {
            continue;
        }
        let message = format!(
            "the cleanup `{id}` of `{}` is not over: it would go on here, and another one be begun there",
            drill.id
        );
        return Err(CommandError::new(code::NOT_MOVED, message)
            .hint(Hint::step("`", Next::clean_up(&drill.id), "` carries it to its end"))
            .hint(format!("or move `{id}` first, as this one")));
    }
    Ok(())
}

/// Seals it.
async fn part(
    operator: &Operator,
    record: &Record,
    to: &str,
    target: Option<String>,
) -> Result<Moved> {
    let Operator { environment, settings, store, .. } = operator;
    let (id, store) = (&record.execution.id, store.as_ref());
    let (clock, us) = (SystemClock::new(), whoami::holder(environment));
    // In a table, whether its last runner is dead is seen by watching only.
    let ttl = leases::ttl(environment, settings)?;
    let taken = lease::acquire(store, &clock, id, &us, ttl, ttl + ttl / 2).await;
    let taken = taken.map_err(|error| match error {
        StoreError::Held { holder } => held(id, &holder),
        error => error.into(),
    })?;
    let moved = Moved {
        at: clock.now(),
        by: whoami::user(environment),
        to: to.to_owned(),
        store: target,
        format: record.execution.format,
    };
    // A mover that stood still was taken over meanwhile, or shows that it lives.
    let sealed = match store.renew(&taken.lease).await {
        Ok(()) => archive(store)?.part(&taken.lease, &moved).await,
        Err(error) => Err(error),
    };
    // Where it is sealed, a lease that was not given back is that of no runner.
    let _ = store.release(&taken.lease).await;
    sealed?;
    Ok(moved)
}

fn could_go_on(id: &str) -> CommandError {
    let message = format!(
        "the execution `{id}` could still go on: in two stores it would be driven twice, and launch twice"
    );
    CommandError::new(code::NOT_MOVED, message)
        .hint("with `--move` it goes on there, and is sealed here")
}
