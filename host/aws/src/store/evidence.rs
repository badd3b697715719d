//! What is left of a pruned journal.

use moontide_runtime::store::StoreError;

use super::retry::RetryBudget;
use super::table::Table;
use super::{keys, text};

/// Writes what is left of a journal, under this nonce. No reader sees it before the state names that.
pub(super) async fn write(
    table: &Table,
    id: &str,
    rows: impl Iterator<Item = &str>,
    nonce: &str,
) -> Result<(), StoreError> {
    let mut item = keys::evidence(id, nonce);
    let json = list(rows);
    text::put_json(table, &mut item, json, nonce, RetryBudget::Usual).await?;
    table.put(&item).await
}

/// Rows as a list in JSON, byte for byte.
pub(super) fn list<'r>(rows: impl Iterator<Item = &'r str>) -> String {
    format!("[{}]", rows.collect::<Vec<_>>().join(","))
}
