//! The archive of a table: journals are cut down to their evidence, which then lies in an item of its own.
//!
//! The evidence is written first, then the state is sealed under the lease, and only then the journal's items are
//! deleted: a reader in between finds one of both whole. A sweep makes up for a deletion that is cut off.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use jiff::Timestamp;
use moontide_runtime::store::cut::Cut;
use moontide_runtime::store::{Archive, Lease, Moved, Parcel, Pruned, Seal, StoreError};

use super::item::{self, Damage};
use super::keys::{self, Item, PK, SK};
use super::retry::{Pauses, RetryBudget, retried};
use super::table::Table;
use super::{
    DynamoStore, arrival, batch, documents, evidence, journal, lease as leases, listing, parcels,
    state,
};

/// So many items are deleted by one request at most: DynamoDB's limit.
const MOST: usize = 25;

#[async_trait]
impl Archive for DynamoStore {
    async fn seal(&self, id: &str) -> Result<Option<Seal>, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { Ok(state::state(&table, &id).await?.seal) }).await
    }

    async fn prune(
        &self,
        lease: &Lease,
        (heard, at): (u64, Timestamp),
        by: &str,
    ) -> Result<Option<Pruned>, StoreError> {
        let (lease, by) = (lease.clone(), by.to_owned());
        self.on(|table| async move { prune(&table, &lease, (heard, at), &by).await }).await
    }

    async fn sweep(&self, id: &str) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { sweep(&table, &id).await }).await
    }

    async fn reclaim(&self) -> Result<u64, StoreError> {
        // A table is as large as what is in it.
        Ok(0)
    }

    async fn export(&self, id: &str) -> Result<Parcel, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { parcels::export(&table, &id).await }).await
    }

    async fn part(&self, lease: &Lease, moved: &Moved) -> Result<(), StoreError> {
        let (lease, seal) = (lease.clone(), Seal::Moved(moved.clone()));
        let shown = moved.shown();
        self.on(|table| async move {
            let state = state::state(&table, &lease.execution).await?;
            state.is_open(&lease.execution)?;
            leases::seal(&table, &lease, &seal, (&keys::nonce(), shown)).await?;
            // It has left by now: where this fails, a sweep makes up for it when the move is made again.
            match &state.listed {
                Some(listed) => listing::moved(&table, listed).await,
                None => Ok(()),
            }
        })
        .await
    }

    async fn lift(&self, id: &str, moved: &Moved) -> Result<(), StoreError> {
        let (id, moved) = (id.to_owned(), moved.clone());
        self.on(|table| async move { leases::lift(&table, &id, &moved).await }).await
    }

    async fn expect(&self, id: &str) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { arrival::try_out(&table, &id).await }).await
    }

    async fn is_arriving(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { arrival::is_under_way(&table, &id).await }).await
    }

    async fn give_up(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { parcels::give_up(&table, &id).await }).await
    }

    async fn import(&self, parcel: &Parcel) -> Result<(), StoreError> {
        let parcel = parcel.clone();
        self.on(|table| async move { parcels::import(&table, &parcel).await }).await
    }
}

async fn prune(
    table: &Table,
    lease: &Lease,
    (heard, at): (u64, Timestamp),
    by: &str,
) -> Result<Option<Pruned>, StoreError> {
    let id = &lease.execution;
    let state = state::state(table, id).await?;
    lease.check(state.lease.as_ref())?;
    state.is_open(id)?;
    let rows = journal::rows(table, id, 1, &state).await?;
    let texts = rows.iter().map(|(row, entry)| (row.as_str(), entry));
    let Cut { kept, pruned } = Cut::of(texts, at, by);
    let left = rows.iter().filter(|(_, entry)| kept.binary_search(&entry.sequence).is_ok());
    let nonce = keys::nonce();
    evidence::write(table, id, left.map(|(row, _)| row.as_str()), &nonce).await?;
    let seal = Seal::Pruned(pruned.clone());
    if !leases::seal_unless_sent(table, lease, &seal, (&nonce, state.format, heard)).await? {
        delete(table, &[keys::evidence(id, &nonce)]).await?;
        return Ok(None);
    }
    sweep(table, id).await?;
    Ok(Some(pruned))
}

/// Deletes the journal of an execution that is pruned; then its list says so. Of one that was moved it says that only.
async fn sweep(table: &Table, id: &str) -> Result<(), StoreError> {
    let state = state::state(table, id).await?;
    match (&state.seal, &state.listed) {
        (Some(Seal::Pruned(_)), _) => {}
        (Some(Seal::Moved(_)), Some(listed)) => return listing::moved(table, listed).await,
        _ => return Ok(()),
    }
    let pk = keys::partition(id);
    let (from, to) = (keys::journal_sk(0), keys::journal_sk(u64::MAX));
    let items = table.range(&pk, &from, &to, RetryBudget::Usual).await?;
    // Parts first: an item that is there leads to its parts, and to the items behind it.
    for item in &items {
        if let Ok(parts) = item::text(item, keys::PARTS) {
            let (from, to) = (keys::part_sk(0), keys::part_sk(usize::MAX));
            let parts = table.range(parts, &from, &to, RetryBudget::Usual).await?;
            delete(table, &parts).await?;
        }
    }
    delete(table, &items).await?;
    delete(table, &[keys::key(&pk, keys::FEED)]).await?;
    delete(table, &documents::items(table, id).await?).await?;
    match &state.listed {
        Some(listed) => listing::pruned(table, listed).await,
        None => Ok(()),
    }
}

/// Deletes items; those that are gone already stay so.
pub(super) async fn delete(table: &Table, items: &[Item]) -> Result<(), StoreError> {
    for items in items.chunks(MOST) {
        let mut pauses = Pauses::within(RetryBudget::Usual);
        let requests: Result<Vec<_>, Damage> = items.iter().map(deletion).collect();
        let damaged = |damage: Damage| table.damaged("an item of a journal", &damage);
        let mut requests = requests.map_err(damaged)?;
        while !requests.is_empty() {
            let request = || {
                let batch = table.client.batch_write_item();
                batch.request_items(&table.name, requests.clone()).send()
            };
            let done = retried(table, RetryBudget::Usual, request).await;
            let done = done.map_err(|stopped| stopped.unconditional(table))?;
            requests = batch::only(done.unprocessed_items).unwrap_or_default();
            if !requests.is_empty() {
                let left = format!(
                    "DynamoDB throttles, and leaves {} of its items undeleted",
                    requests.len()
                );
                pauses.next(table, &left).await?;
            }
        }
    }
    Ok(())
}

fn deletion(item: &Item) -> Result<WriteRequest, Damage> {
    let key = keys::key(item::text(item, PK)?, item::text(item, SK)?);
    let request = DeleteRequest::builder().set_key(Some(key)).build();
    let request = request.map_err(|error| Damage(error.to_string()))?;
    Ok(WriteRequest::builder().delete_request(request).build())
}
