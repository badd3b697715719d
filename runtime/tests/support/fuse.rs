//! A fuse that stands for `kill -9`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use moontide_kit::{Hooked, Hooks};
use moontide_runtime::journal::Entry;
use moontide_runtime::scheduler::{Driver, Ended};
use moontide_runtime::store::{Change, Lease, MemoryStore, Standing, Store, StoreError};
use tokio::sync::Notify;

/// A point of a slow fuse takes less.
const LONGEST_PAUSE_MS: u64 = 3000;

/// Blows at the n-th point that it is asked to pass; the call that passes then never comes back.
#[derive(Default)]
pub(crate) struct Fuse {
    blows_at: AtomicUsize,
    passed: AtomicUsize,
    blown: Notify,
    /// How long a point takes to pass, if it takes any time.
    pauses: Option<Mutex<fastrand::Rng>>,
}

impl Fuse {
    pub(crate) fn at(point: usize) -> Arc<Fuse> {
        Arc::new(Fuse { blows_at: AtomicUsize::new(point), ..Fuse::default() })
    }

    /// One of which every point takes up to so many milliseconds to pass, always the same with the same seed.
    pub(crate) fn slow(point: usize, seed: u64) -> Arc<Fuse> {
        let pauses = Some(Mutex::new(fastrand::Rng::with_seed(seed)));
        Arc::new(Fuse { blows_at: AtomicUsize::new(point), pauses, ..Fuse::default() })
    }

    pub(crate) fn never() -> Arc<Fuse> {
        Fuse::at(usize::MAX)
    }

    pub(crate) async fn pass(&self) {
        let passed = self.passed.fetch_add(1, Ordering::Relaxed) + 1;
        if passed >= self.blows_at.load(Ordering::Relaxed) {
            self.blown.notify_one();
            std::future::pending::<()>().await;
        }
        if let Some(pauses) = &self.pauses {
            let pause = pauses.lock().unwrap().u64(0..LONGEST_PAUSE_MS);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    pub(crate) fn points(&self) -> usize {
        self.passed.load(Ordering::Relaxed)
    }

    pub(crate) async fn blown(&self) {
        self.blown.notified().await;
    }
}

/// Points of failure before and after every append and every change of a document.
pub(crate) struct Fused(Arc<Fuse>);

/// A memory store with those.
pub(crate) fn fused(inner: &Arc<MemoryStore>, fuse: &Arc<Fuse>) -> Arc<Hooked<MemoryStore, Fused>> {
    Arc::new(Hooked::over(inner, Fused(Arc::clone(fuse))))
}

#[async_trait]
impl Hooks for Fused {
    async fn append(
        &self,
        inner: &dyn Store,
        lease: &Lease,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        self.0.pass().await;
        // A disk takes its time: meanwhile others want to append as well.
        tokio::time::sleep(Duration::from_millis(3)).await;
        inner.append_standing(lease, entries, standing).await?;
        self.0.pass().await;
        Ok(())
    }

    async fn change(&self, inner: &dyn Store, change: &Change) -> Result<u64, StoreError> {
        self.0.pass().await;
        let version = inner.change(change).await?;
        self.0.pass().await;
        Ok(version)
    }
}

/// Drives until it ends, or until the fuse blows: then the process is gone, whatever it was about to do.
pub(crate) async fn killed(driver: &Driver, lease: &Lease, fuse: &Fuse) -> Option<Ended> {
    tokio::select! {
        biased;
        () = fuse.blown() => None,
        ended = driver.drive(lease, std::future::pending()) => Some(ended.unwrap()),
    }
}
