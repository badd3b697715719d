//! What the engine asks of the store, each as a request in its room.

use std::sync::PoisonError;
use std::time::Duration;

use async_trait::async_trait;
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::chain::ChainHead;
use moontide_runtime::journal::{Entry, Execution};
use moontide_runtime::store::{
    Archive, Feed, Lease, LeaseRecord, Listed, Mark, Part, Signal, Standing, Store, StoreError,
    Stored, Wanted,
};

use super::dynamo::DynamoStore;
use super::{append, bytes, feeds, head, journal, lease, listing, signals, state, watching};

#[async_trait]
impl Store for DynamoStore {
    async fn create(&self, execution: &Execution) -> Result<(), StoreError> {
        let execution = execution.clone();
        self.on(|table| async move { head::create(&table, &execution).await }).await
    }

    async fn execution(&self, id: &str) -> Result<Execution, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { head::execution(&table, &id).await }).await
    }

    async fn list(&self) -> Result<Vec<Listed>, StoreError> {
        self.on(|table| async move { head::list(&table).await }).await
    }

    async fn find(&self, wanted: &Wanted) -> Result<Part, StoreError> {
        let wanted = wanted.clone();
        self.on(|table| async move { listing::find(&table, &wanted).await }).await
    }

    async fn append_standing(
        &self,
        lease: &Lease,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        let (lease, entries) = (lease.clone(), entries.to_vec());
        // In the order of those who ask, which the thread would not keep.
        let mut turn = self.turn(&lease.execution).lock_owned().await;
        self.on(|table| async move {
            let appended = append::append(&table, &lease, &entries, standing, &mut turn).await;
            drop(turn);
            appended
        })
        .await
    }

    async fn journal(&self, id: &str, from: u64) -> Result<Vec<Entry>, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { journal::read(&table, &id, from).await }).await
    }

    async fn stored(&self, id: &str) -> Result<Stored, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { bytes::stored(&table, &id).await }).await
    }

    async fn chain_head(&self, id: &str) -> Result<Option<ChainHead>, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { bytes::chain_head(&table, &id).await }).await
    }

    async fn lease(&self, id: &str) -> Result<Option<LeaseRecord>, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { Ok(state::state(&table, &id).await?.lease) }).await
    }

    async fn take(
        &self,
        id: &str,
        holder: &str,
        seen: Option<&LeaseRecord>,
    ) -> Result<Lease, StoreError> {
        let (id, holder, seen) = (id.to_owned(), holder.to_owned(), seen.cloned());
        self.on(|table| async move { lease::take(&table, &id, &holder, seen.as_ref()).await }).await
    }

    async fn holder_is_gone(&self, id: &str, seen: &LeaseRecord) -> Result<bool, StoreError> {
        // Whether a process on another machine lives is seen by watching only.
        let (id, is_free) = (id.to_owned(), seen.is_free());
        self.on(|table| async move { state::state(&table, &id).await.map(|_| is_free) }).await
    }

    async fn renew(&self, lease: &Lease) -> Result<(), StoreError> {
        let lease = lease.clone();
        self.on(|table| async move { lease::renew(&table, &lease).await }).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        let given = lease.clone();
        self.on(|table| async move { lease::release(&table, &given).await }).await?;
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).remove(&lease.execution);
        Ok(())
    }

    async fn send(&self, id: &str, signal: &Signal) -> Result<u64, StoreError> {
        let (id, signal) = (id.to_owned(), signal.clone());
        self.on(|table| async move { signals::send(&table, &id, &signal).await }).await
    }

    async fn signals(&self, id: &str, after: u64) -> Result<Vec<(u64, Signal)>, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { signals::read(&table, &id, after).await }).await
    }

    fn archive(&self) -> Option<&dyn Archive> {
        Some(self)
    }

    async fn publish(&self, lease: &Lease, feed: &Feed) -> Result<(), StoreError> {
        let (lease, feed) = (lease.clone(), feed.clone());
        self.on(|table| async move { feeds::publish(&table, &lease, &feed).await }).await
    }

    async fn feed(&self, id: &str) -> Result<Feed, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { feeds::feed(&table, &id).await }).await
    }

    async fn watch(
        &self,
        marks: &[Mark],
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<Vec<String>, StoreError> {
        let end = clock.monotonic().saturating_add(time);
        let mut pause = None;
        loop {
            let asked = marks.to_vec();
            let news = self.on(|table| async move { watching::look(&table, &asked).await }).await?;
            let left = end.saturating_sub(clock.monotonic());
            if !news.is_empty() || left.is_zero() {
                return Ok(news);
            }
            let longer = watching::longer(pause);
            pause = Some(longer);
            clock.sleep(longer.min(left)).await;
        }
    }
}
