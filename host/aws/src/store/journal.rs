//! Reading a journal.

use moontide_runtime::journal::Entry;
use moontide_runtime::store::{StoreError, whole};

use super::item;
use super::keys::{self, SK};
use super::lease::state;
use super::retry::Patience;
use super::table::Table;
use super::text;

/// The journal from entry number `from`.
pub(super) async fn read(table: &Table, id: &str, from: u64) -> Result<Vec<Entry>, StoreError> {
    state(table, id).await?;
    let pk = keys::partition(id);
    let (begin, end) = (keys::journal_sk(0), keys::journal_sk(u64::MAX));
    // The entry may lie in the middle of an item that begins earlier.
    let start = match from {
        0 | 1 => None,
        _ => table.last_key(&pk, &begin, &keys::journal_sk(from), Patience::Usual).await?,
    };
    let start = start.as_ref().and_then(|item| item::text(item, SK).ok()).unwrap_or(&begin);
    let mut entries: Vec<Entry> = Vec::new();
    for item in table.range(&pk, start, &end, Patience::Usual).await? {
        let what = || format!("the journal of execution `{id}`");
        let more: Vec<Entry> = text::get(table, &item, what, Patience::Usual).await?;
        entries.extend(more);
    }
    entries.retain(|entry| entry.sequence >= from);
    whole(&table.place, id, from, entries)
}
