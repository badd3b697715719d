//! Reading a journal.

use moontide_runtime::journal::{Entry, chain as link};
use moontide_runtime::store::whole::Rows;
use moontide_runtime::store::{Pruned, Seal, StoreError};

use super::chain;
use super::item::{self, Damage};
use super::keys::{self, SK};
use super::retry::RetryBudget;
use super::state::{State, state};
use super::table::Table;
use super::text;

/// The journal from entry number `from`.
pub(super) async fn read(table: &Table, id: &str, from: u64) -> Result<Vec<Entry>, StoreError> {
    let state = state(table, id).await?;
    Ok(rows(table, id, from, &state).await?.into_iter().map(|(_, entry)| entry).collect())
}

/// The same, each with its bytes.
pub(super) async fn rows(
    table: &Table,
    id: &str,
    from: u64,
    state: &State,
) -> Result<Vec<(String, Entry)>, StoreError> {
    if let Some(Seal::Pruned(pruned)) = &state.seal {
        return evidence(table, id, from, state.evidence.as_deref(), pruned).await;
    }
    let pk = keys::partition(id);
    let (begin, end) = (keys::journal_sk(0), keys::journal_sk(u64::MAX));
    // The entry may lie in the middle of an item that begins earlier.
    let start = match from {
        0 | 1 => None,
        _ => table.last_key(&pk, &begin, &keys::journal_sk(from), RetryBudget::Usual).await?,
    };
    let start = start.as_ref().and_then(|item| item::text(item, SK).ok()).unwrap_or(&begin);
    let items = table.range(&pk, start, &end, RetryBudget::Usual).await?;
    let mut rows = Rows::new(&table.place, id, from, state.format);
    if from <= 1 && link::is_kept(state.format) && state.last > 0 {
        rows = rows.behind(&chain::head(table, id, RetryBudget::Usual).await?);
    }
    let mut entries = Vec::new();
    for item in items {
        let what = || format!("the journal of execution `{id}`");
        let json = text::get_json(table, &item, what, RetryBudget::Usual).await?;
        for read in chain::rows::<Entry>(&json) {
            let damaged = |error: String| table.damaged(&what(), &Damage(error));
            let (row, entry) = read.map_err(damaged)?;
            // Behind the end of one that was moved away lies what an import that was cut off has brought so far.
            if state.seal.is_some() && entry.sequence > state.last {
                continue;
            }
            entries.extend(rows.take(row, entry)?.map(|entry| (row.to_owned(), entry)));
        }
    }
    // What has come since the state was read makes it longer, never shorter.
    if from <= state.last {
        rows.end(state.last)?;
    }
    Ok(entries)
}

/// What is left of a pruned journal.
async fn evidence(
    table: &Table,
    id: &str,
    from: u64,
    nonce: Option<&str>,
    pruned: &Pruned,
) -> Result<Vec<(String, Entry)>, StoreError> {
    let what = || format!("what is left of the pruned journal of execution `{id}`");
    let damaged = |sentence: String| table.damaged(&what(), &Damage(sentence));
    let item = table.get(keys::evidence(id, nonce.unwrap_or_default())).await?;
    let item = item.ok_or_else(|| damaged("it is not there".to_owned()))?;
    let json = text::get_json(table, &item, what, RetryBudget::Usual).await?;
    let rows: Result<Vec<_>, String> = chain::rows::<serde::de::IgnoredAny>(&json).collect();
    let rows: Vec<&str> = rows.map_err(damaged)?.into_iter().map(|(row, _)| row).collect();
    let entries = pruned.read((&table.place, id, 1), rows.iter().copied())?;
    let rows = rows.into_iter().map(str::to_owned).zip(entries);
    Ok(rows.filter(|(_, entry)| entry.sequence >= from).collect())
}
