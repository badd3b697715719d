//! A store that does what another one does, but where a test hooks in.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::Key;
use moontide_runtime::journal::chain::ChainHead;
use moontide_runtime::journal::{Entry, Execution};
use moontide_runtime::store::{
    Archive, Change, Document, Documents, Feed, Lease, LeaseRecord, Listed, Mark, Part, Signal,
    Standing, Store, StoreError, Stored, Wanted,
};

/// How some calls of a store go. A call without a hook goes through.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Entries on their way into the journal.
    async fn append(
        &self,
        inner: &dyn Store,
        lease: &Lease,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        inner.append_standing(lease, entries, standing).await
    }

    /// A renewal of the lease.
    async fn renew(&self, inner: &dyn Store, lease: &Lease) -> Result<(), StoreError> {
        inner.renew(lease).await
    }

    /// A look for signals.
    async fn signals(
        &self,
        inner: &dyn Store,
        id: &str,
        after: u64,
    ) -> Result<Vec<(u64, Signal)>, StoreError> {
        inner.signals(id, after).await
    }

    /// A wait for news.
    async fn watch(
        &self,
        inner: &dyn Store,
        marks: &[Mark],
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<Vec<String>, StoreError> {
        inner.watch(marks, clock, time).await
    }

    /// A change of a document.
    async fn change(&self, inner: &dyn Store, change: &Change) -> Result<u64, StoreError> {
        inner.change(change).await
    }

    /// A look at what was changed on behalf of an effect.
    async fn changed(
        &self,
        inner: &dyn Store,
        execution: &str,
        key: &Key,
    ) -> Result<Option<u64>, StoreError> {
        inner.changed(execution, key).await
    }
}

/// A store that does what `inner` does, as its hooks let it. What goes through its archive or its feeds passes no hook.
pub struct Hooked<S, H> {
    /// What keeps everything.
    pub inner: Arc<S>,
    /// How its calls go.
    pub hooks: H,
}

impl<S: Store + 'static, H: Hooks> Hooked<S, H> {
    /// Puts hooks around a store.
    pub fn over(inner: &Arc<S>, hooks: H) -> Hooked<S, H> {
        Hooked { inner: Arc::clone(inner), hooks }
    }

    fn inner(&self) -> &dyn Store {
        &*self.inner
    }
}

#[async_trait]
impl<S: Store + 'static, H: Hooks> Store for Hooked<S, H> {
    async fn create(&self, execution: &Execution) -> Result<(), StoreError> {
        self.inner.create(execution).await
    }
    async fn execution(&self, id: &str) -> Result<Execution, StoreError> {
        self.inner.execution(id).await
    }
    async fn list(&self) -> Result<Vec<Listed>, StoreError> {
        self.inner.list().await
    }
    async fn find(&self, wanted: &Wanted) -> Result<Part, StoreError> {
        self.inner.find(wanted).await
    }
    async fn append_standing(
        &self,
        lease: &Lease,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        self.hooks.append(self.inner(), lease, entries, standing).await
    }
    async fn journal(&self, id: &str, from: u64) -> Result<Vec<Entry>, StoreError> {
        self.inner.journal(id, from).await
    }
    async fn stored(&self, id: &str) -> Result<Stored, StoreError> {
        self.inner.stored(id).await
    }
    async fn chain_head(&self, id: &str) -> Result<Option<ChainHead>, StoreError> {
        self.inner.chain_head(id).await
    }
    async fn lease(&self, id: &str) -> Result<Option<LeaseRecord>, StoreError> {
        self.inner.lease(id).await
    }
    async fn take(
        &self,
        id: &str,
        holder: &str,
        seen: Option<&LeaseRecord>,
    ) -> Result<Lease, StoreError> {
        self.inner.take(id, holder, seen).await
    }
    async fn holder_is_gone(&self, id: &str, seen: &LeaseRecord) -> Result<bool, StoreError> {
        self.inner.holder_is_gone(id, seen).await
    }
    async fn renew(&self, lease: &Lease) -> Result<(), StoreError> {
        self.hooks.renew(self.inner(), lease).await
    }
    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        self.inner.release(lease).await
    }
    async fn send(&self, id: &str, signal: &Signal) -> Result<u64, StoreError> {
        self.inner.send(id, signal).await
    }
    async fn signals(&self, id: &str, after: u64) -> Result<Vec<(u64, Signal)>, StoreError> {
        self.hooks.signals(self.inner(), id, after).await
    }
    fn archive(&self) -> Option<&dyn Archive> {
        self.inner.archive()
    }
    async fn publish(&self, lease: &Lease, feed: &Feed) -> Result<(), StoreError> {
        self.inner.publish(lease, feed).await
    }
    async fn feed(&self, id: &str) -> Result<Feed, StoreError> {
        self.inner.feed(id).await
    }
    async fn watch(
        &self,
        marks: &[Mark],
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<Vec<String>, StoreError> {
        self.hooks.watch(self.inner(), marks, clock, time).await
    }
    async fn any_news(
        &self,
        since: u64,
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<u64, StoreError> {
        self.inner.any_news(since, clock, time).await
    }
}

#[async_trait]
impl<S: Store + 'static, H: Hooks> Documents for Hooked<S, H> {
    async fn document(&self, kind: &str, name: &str) -> Result<Option<Document>, StoreError> {
        self.inner.document(kind, name).await
    }
    async fn documents(&self, kind: &str, prefix: &str) -> Result<Vec<Document>, StoreError> {
        self.inner.documents(kind, prefix).await
    }
    async fn change(&self, change: &Change) -> Result<u64, StoreError> {
        self.hooks.change(self.inner(), change).await
    }
    async fn changed(&self, execution: &str, key: &Key) -> Result<Option<u64>, StoreError> {
        self.hooks.changed(self.inner(), execution, key).await
    }
}
