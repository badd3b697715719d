//! Keeps a lease while its execution is driven: on a thread of its own, so that no runbook can starve
//! it.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::store::{Lease, Store, StoreError, lease};
use tokio::sync::oneshot;

use crate::clocks::SystemClock;

/// How long a lease is watched without a sign of life before it is taken over.
const TTL: Duration = Duration::from_secs(20);
/// How often its holder gives one.
const PERIOD: Duration = Duration::from_secs(5);
/// How long somebody who wants it waits: one whole watch, and a little for a slow store.
const PATIENCE: Duration = Duration::from_secs(30);

/// A lease that is being kept.
pub(crate) struct Keeper {
    store: Arc<dyn Store>,
    lease: Lease,
    /// Ends the thread when dropped.
    stop: oneshot::Sender<()>,
    lost: oneshot::Receiver<StoreError>,
}

impl Keeper {
    /// Becomes the one runner of an execution, and stays it.
    pub(crate) async fn acquire(
        store: Arc<dyn Store>,
        execution: &str,
        holder: &str,
    ) -> Result<Keeper, StoreError> {
        // Leases are a matter of real time, however fast the execution's clock runs.
        let clock = SystemClock::new();
        let taken =
            lease::acquire(store.as_ref(), &clock, execution, holder, TTL, PATIENCE).await?;
        let (stop, stopped) = oneshot::channel();
        let (loser, lost) = oneshot::channel();
        let (kept, keeps) = (taken.clone(), Arc::clone(&store));
        thread::spawn(move || keep(keeps.as_ref(), &clock, &kept, stopped, loser));
        Ok(Keeper { store, lease: taken, stop, lost })
    }

    /// The lease.
    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Returns when the lease is lost, and why.
    pub(crate) async fn lost(&mut self) -> StoreError {
        match (&mut self.lost).await {
            Ok(error) => error,
            // The thread has ended without a word: it panicked, or never began.
            Err(_) => StoreError::Unusable {
                place: self.lease.execution.clone(),
                message: "nothing renews the lease any more".to_owned(),
                transient: false,
            },
        }
    }

    /// Gives the lease back. If that fails, the next runner has to wait for it; nothing is lost.
    pub(crate) async fn release(self) {
        drop(self.stop);
        if let Err(error) = self.store.release(&self.lease).await {
            tracing::warn!(%error, "the lease could not be given back");
        }
    }
}

fn keep(
    store: &dyn Store,
    clock: &dyn Clock,
    lease: &Lease,
    stopped: oneshot::Receiver<()>,
    loser: oneshot::Sender<StoreError>,
) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return;
    };
    runtime.block_on(async {
        tokio::select! {
            _ = stopped => {}
            error = lease::keep(store, clock, lease, PERIOD) => drop(loser.send(error)),
        }
    });
}

#[cfg(test)]
mod tests {
    use moontide_runtime::store::MemoryStore;

    use super::*;

    #[tokio::test]
    async fn a_lease_that_nobody_renews_is_lost() {
        let (stop, _stopped) = oneshot::channel();
        let (loser, lost) = oneshot::channel();
        let lease = Lease { execution: "drill".into(), epoch: 1, holder: "us".into() };
        let mut keeper = Keeper { store: Arc::new(MemoryStore::new()), lease, stop, lost };
        drop(loser);
        let lost = keeper.lost().await;
        assert_eq!(lost.to_string(), "drill: nothing renews the lease any more");
    }
}
