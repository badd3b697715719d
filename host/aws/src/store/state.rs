//! The one item of an execution that changes.

use moontide_runtime::journal::Format;
use moontide_runtime::store::{Lease, LeaseRecord, Parcel, Seal, StoreError};

use super::item::{self, Damage};
use super::keys::{self, Item};
use super::retry::RetryBudget;
use super::table::Table;

/// What the item says.
#[derive(Debug)]
pub(super) struct State {
    /// The format of the journal.
    pub(super) format: Format,
    /// The holder of the lease, or the last one; `None` if it was never held.
    pub(super) lease: Option<LeaseRecord>,
    /// The number of the journal's last entry.
    pub(super) last: u64,
    /// The sort key of the execution in the list, where the list says how it stands: not of those that an earlier
    /// release began.
    pub(super) listed: Option<String>,
    /// What has become of the execution.
    pub(super) seal: Option<Seal>,
    /// Where the evidence of a pruned one is.
    pub(super) evidence: Option<String>,
}

/// The state of an execution.
pub(super) async fn state(table: &Table, id: &str) -> Result<State, StoreError> {
    state_within(table, id, RetryBudget::Usual).await
}

/// The same, for as long as `patience` lasts.
pub(super) async fn state_within(
    table: &Table,
    id: &str,
    patience: RetryBudget,
) -> Result<State, StoreError> {
    let item = table.try_get(keys::state(id), patience).await;
    let item = item.map_err(|stopped| stopped.unconditional(table))?;
    State::read(table, id, item.as_ref())
}

/// The item as an execution begins.
pub(super) fn begin(id: &str, format: Format, listed: &str, nonce: &str) -> Item {
    let mut item = keys::state(id);
    item.extend([
        (keys::FORMAT.to_owned(), keys::number(format.0)),
        (keys::HOLDER.to_owned(), keys::string("")),
        (keys::EPOCH.to_owned(), keys::number(0)),
        (keys::BEAT.to_owned(), keys::number(0)),
        (keys::LAST.to_owned(), keys::number(0)),
        (keys::NONCE.to_owned(), keys::string(nonce)),
        (keys::LISTED.to_owned(), keys::string(listed)),
    ]);
    item
}

impl State {
    /// Refuses to go on with what is sealed.
    pub(super) fn is_open(&self, id: &str) -> Result<(), StoreError> {
        match &self.seal {
            None => Ok(()),
            Some(seal) => {
                let (execution, seal) = (id.to_owned(), Box::new(seal.clone()));
                Err(StoreError::Sealed { execution, seal })
            }
        }
    }

    /// Refuses to write under a lease that was lost, or to what is sealed.
    pub(super) fn is_held(&self, lease: &Lease) -> Result<(), StoreError> {
        lease.check(self.lease.as_ref())?;
        self.is_open(&lease.execution)
    }

    /// Reads the state of execution `id` from its item, if there is such an execution and this release
    /// reads it.
    pub(super) fn read(table: &Table, id: &str, item: Option<&Item>) -> Result<State, StoreError> {
        let item = item.ok_or_else(|| StoreError::NotFound(id.to_owned()))?;
        let format = readable(table, id, item)?;
        let read = || {
            let holder = item::text(item, keys::HOLDER)?.to_owned();
            let epoch = item::number(item, keys::EPOCH)?;
            let beat = item::number(item, keys::BEAT)?;
            let lease = (epoch > 0).then_some(LeaseRecord { holder, epoch, beat });
            let listed = item::text(item, keys::LISTED).ok().map(str::to_owned);
            let seal = item::text(item, keys::SEAL).ok().map(serde_json::from_str).transpose();
            let seal = seal.map_err(|error| Damage(error.to_string()))?;
            let format = match &seal {
                Some(Seal::Moved(moved)) => moved.format,
                _ => format,
            };
            let evidence = item::text(item, keys::EVIDENCE).ok().map(str::to_owned);
            let last = item::number(item, keys::LAST)?;
            Ok(State { format, lease, last, listed, seal, evidence })
        };
        read().map_err(|damage| damaged(table, id, &damage))
    }
}

/// The item of an execution that comes from another store.
pub(super) fn arrive(parcel: &Parcel, listed: &str, nonce: &str) -> Item {
    let mut item = begin(&parcel.id, parcel.format, listed, nonce);
    item.insert(keys::EPOCH.to_owned(), keys::number(parcel.epoch));
    item.insert(keys::LAST.to_owned(), keys::number(last(parcel)));
    if let Some(seal) = &parcel.seal {
        item.insert(keys::SEAL.to_owned(), keys::string(&json(seal)));
        item.insert(keys::EVIDENCE.to_owned(), keys::string(nonce));
    }
    item
}

/// The number of the last entry of its journal.
pub(super) fn last(parcel: &Parcel) -> u64 {
    match &parcel.seal {
        Some(Seal::Pruned(pruned)) => pruned.entries,
        _ => parcel.journal.len() as u64,
    }
}

/// A seal as it is stored.
pub(super) fn json(seal: &Seal) -> String {
    // What is in it can always be written.
    serde_json::to_string(seal).unwrap_or_default()
}

/// The format in an item of an execution; refuses one that a newer release wrote.
pub(super) fn readable(table: &Table, id: &str, item: &Item) -> Result<Format, StoreError> {
    let format = item::number(item, keys::FORMAT);
    let format = Format(format.map_err(|damage| damaged(table, id, &damage))?);
    let place = || format!("execution `{id}`");
    format.readable().map_err(|source| StoreError::Format { place: place(), source })?;
    Ok(format)
}

fn damaged(table: &Table, id: &str, damage: &Damage) -> StoreError {
    table.damaged(&format!("execution `{id}`"), damage)
}
