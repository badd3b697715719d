//! The one item of an execution that changes.

use moontide_runtime::journal::Format;
use moontide_runtime::store::{LeaseRecord, StoreError};

use super::item::{self, Damage};
use super::keys::{self, Item};
use super::table::Table;

/// What the item says.
#[derive(Debug)]
pub(super) struct State {
    /// The format of the journal.
    pub(super) format: Format,
    /// Who holds the lease, or held it last; `None` if nobody ever did.
    pub(super) lease: Option<LeaseRecord>,
    /// The number of the journal's last entry.
    pub(super) last: u64,
    /// The sort key of the execution in the list, where the list says how it stands: not of those that an earlier
    /// release began.
    pub(super) listed: Option<String>,
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
            Ok(State { format, lease, last: item::number(item, keys::LAST)?, listed })
        };
        read().map_err(|damage| damaged(table, id, &damage))
    }
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
