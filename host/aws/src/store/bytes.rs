//! What is stored of an execution, byte for byte: for a verification, which reads on where all else stops.

use moontide_runtime::journal::Entry;
use moontide_runtime::journal::chain::{self as links, ChainHead};
use moontide_runtime::store::stored::{Row, Stored, Text};
use moontide_runtime::store::{Seal, StoreError};
use serde::de::IgnoredAny;

use super::keys::{self, Item};
use super::retry::RetryBudget;
use super::state::{State, state};
use super::table::Table;
use super::{chain, text};

/// An execution as it is stored.
pub(super) async fn stored(table: &Table, id: &str) -> Result<Stored, StoreError> {
    let state = state(table, id).await?;
    let head = match chain::head(table, id, RetryBudget::Usual).await {
        Ok(head) => Ok(head),
        Err(StoreError::Damaged { message, .. }) => Err(message),
        Err(StoreError::NotFound(_)) => Err("it is not there".to_owned()),
        Err(error) => return Err(error),
    };
    let mut rows = Vec::new();
    for item in items(table, id, &state).await? {
        let what = || format!("the journal of execution `{id}`");
        match text::get_json(table, &item, what, RetryBudget::Usual).await {
            Ok(json) => take(&json, &mut rows),
            Err(StoreError::Damaged { message, .. }) => rows.push(row(Err(message))),
            Err(error) => return Err(error),
        }
    }
    // Behind the end of one that was moved away lies what an import that was cut off has brought so far.
    if matches!(state.seal, Some(Seal::Moved(_))) {
        rows.retain(|row| row.entry().is_ok_and(|entry: Entry| entry.sequence <= state.last));
    }
    let (format, seal) = (state.format, state.seal);
    let last = (!matches!(seal, Some(Seal::Pruned(_)))).then_some(state.last);
    Ok(Stored { id: id.to_owned(), format, head, rows, last, standing: None, seal })
}

/// The items of its journal; of one that was pruned the one that has what is left.
async fn items(table: &Table, id: &str, state: &State) -> Result<Vec<Item>, StoreError> {
    if let Some(Seal::Pruned(_)) = &state.seal {
        let nonce = state.evidence.as_deref().unwrap_or_default();
        return Ok(table.get(keys::evidence(id, nonce)).await?.into_iter().collect());
    }
    let (begin, end) = (keys::journal_sk(0), keys::journal_sk(u64::MAX));
    table.range(&keys::partition(id), &begin, &end, RetryBudget::Usual).await
}

/// Takes the entries of a list, as far as it is one.
fn take(json: &str, rows: &mut Vec<Row>) {
    for read in chain::rows::<IgnoredAny>(json) {
        rows.push(row(read.map(|(text, _)| text.to_owned())));
    }
}

fn row(text: Text) -> Row {
    Row { number: None, text }
}

/// The last link of its chain.
pub(super) async fn chain_head(table: &Table, id: &str) -> Result<Option<ChainHead>, StoreError> {
    let state = state(table, id).await?;
    if !links::is_kept(state.format) {
        return Ok(None);
    }
    let hash = match (&state.seal, state.last) {
        (Some(Seal::Pruned(pruned)), _) => return Ok(Some(pruned.chain_head())),
        (_, 0) => links::link(&chain::head(table, id, RetryBudget::Usual).await?),
        (_, last) => chain::entry(table, id, last).await?,
    };
    Ok(Some(ChainHead { sequence: state.last, hash }))
}
