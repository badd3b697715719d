//! The sources of executions, each once, under its hash.
//!
//! They are never deleted: a process that found them there may be about to write a head that names them. An item
//! for each bundle says that all of it is there, so that a new execution of a known runbook costs one small read.

use std::collections::HashMap;
use std::sync::PoisonError;

use moontide_runtime::journal::canonical::Hash;
use moontide_runtime::journal::{Execution, Source};
use moontide_runtime::store::StoreError;

use super::batch::{self, Wanted};
use super::keys;
use super::retry::{Pauses, RetryBudget};
use super::table::Table;
use super::text;

/// Writes the sources of an execution, if they are not there.
pub(super) async fn keep(table: &Table, execution: &Execution) -> Result<(), StoreError> {
    let (digest, bundle) = (execution.digest(), &execution.bundle);
    let bundles = || table.kept.bundles.lock().unwrap_or_else(PoisonError::into_inner);
    if bundles().contains(&digest) {
        return Ok(());
    }
    let marker = keys::bundle(&digest);
    if table.get(marker.clone()).await?.is_none() {
        for module in bundle.modules.values() {
            let mut item = keys::source(&module.source.hash().to_string());
            let nonce = keys::nonce();
            let text = module.source.to_string();
            text::put_json(table, &mut item, text, &nonce, RetryBudget::Usual).await?;
            table.put(&item).await?;
        }
        // After all that it stands for.
        table.put(&marker).await?;
    }
    table.kept.texts.learn(bundle.modules.values().map(|module| &module.source));
    bundles().insert(digest);
    Ok(())
}

/// Those of these names that are there.
pub(super) async fn find(
    table: &Table,
    names: Vec<Hash>,
) -> Result<HashMap<Hash, Source>, StoreError> {
    let mut found = table.kept.texts.of(names.iter().copied());
    // They never change, and what was written a moment ago may not show at the lower price.
    for now in [false, true] {
        let missing = names.iter().filter(|name| !found.contains_key(*name));
        let keys: Vec<_> = missing.map(|name| keys::source(&name.to_string())).collect();
        let (wanted, mut pauses) = (Wanted { now, only: None }, Pauses::within(RetryBudget::Usual));
        for item in batch::get(table, &keys, wanted, &mut pauses).await? {
            let what = || "a source".to_owned();
            let source = text::get_json(table, &item, what, RetryBudget::Usual).await?;
            let source = Source::from(source.as_ref());
            table.kept.texts.learn([&source]);
            found.insert(source.hash(), source);
        }
    }
    Ok(found)
}
