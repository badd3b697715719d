//! A store that takes its time, is away for a while, or loses its replies.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use moontide_kit::{Hooked, Hooks};
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::Key;
use moontide_runtime::journal::Entry;
use moontide_runtime::store::{
    Change, Lease, Mark, MemoryStore, Signal, Standing, Store, StoreError,
};

use crate::support::TestClock;

const SECOND: Duration = Duration::from_secs(1);

/// Appends that take their time, or panic, and no write while the store is away; and no watcher is woken.
pub(crate) struct Shaky {
    /// How long an append takes.
    pub(crate) append: fn() -> Duration,
    /// When it is away.
    pub(crate) away: Range<Duration>,
    /// How often it was asked for signals.
    pub(crate) asked: Arc<AtomicU32>,
    /// If it is there: a change of which nothing is heard arrives while the next one is under way, and stands in its way.
    pub(crate) late: Option<Mutex<Option<Change>>>,
}

impl Default for Shaky {
    /// Nothing takes any time, and the store is always there.
    fn default() -> Shaky {
        let never = Duration::ZERO..Duration::ZERO;
        Shaky { append: || Duration::ZERO, away: never, asked: Arc::default(), late: None }
    }
}

impl Shaky {
    /// Puts it around a store.
    pub(crate) fn over(self, inner: &Arc<MemoryStore>) -> Arc<Hooked<MemoryStore, Shaky>> {
        Arc::new(Hooked::over(inner, self))
    }

    fn is_away(&self) -> bool {
        self.away.contains(&TestClock.monotonic())
    }
}

fn away() -> StoreError {
    let (place, message) = ("the store".to_owned(), "it is away".to_owned());
    StoreError::Unusable { place, message, transient: true }
}

#[async_trait]
impl Hooks for Shaky {
    async fn append(
        &self,
        inner: &dyn Store,
        lease: &Lease,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        tokio::time::sleep((self.append)()).await;
        while self.is_away() {
            tokio::time::sleep(SECOND).await;
        }
        inner.append_standing(lease, entries, standing).await
    }

    async fn renew(&self, inner: &dyn Store, lease: &Lease) -> Result<(), StoreError> {
        if self.is_away() { Err(away()) } else { inner.renew(lease).await }
    }

    async fn signals(
        &self,
        inner: &dyn Store,
        id: &str,
        after: u64,
    ) -> Result<Vec<(u64, Signal)>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        inner.signals(id, after).await
    }

    async fn watch(
        &self,
        _: &dyn Store,
        _: &[Mark],
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<Vec<String>, StoreError> {
        clock.sleep(time).await;
        Ok(Vec::new())
    }

    async fn change(&self, inner: &dyn Store, change: &Change) -> Result<u64, StoreError> {
        if let Some(late) = &self.late {
            let earlier = late.lock().unwrap().take();
            let Some(earlier) = earlier else {
                *late.lock().unwrap() = Some(change.clone());
                return Err(away());
            };
            let version = inner.change(&earlier).await?;
            let (kind, name) = (change.kind.clone(), change.name.clone());
            return Err(StoreError::Conflict { kind, name, version });
        }
        tokio::time::sleep(SECOND).await;
        let made = inner.change(change).await;
        // It is made, and its end is not seen.
        if self.is_away() { Err(away()) } else { made }
    }

    async fn changed(
        &self,
        inner: &dyn Store,
        execution: &str,
        key: &Key,
    ) -> Result<Option<u64>, StoreError> {
        if self.is_away() { Err(away()) } else { inner.changed(execution, key).await }
    }
}
