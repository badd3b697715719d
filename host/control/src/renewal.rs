//! Renews a lease while its execution is driven: on a thread of its own, so that no runbook can starve
//! the renewal.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::RetryBudget;
use moontide_runtime::plan::duration;
use moontide_runtime::store::lease::Acquired;
use moontide_runtime::store::{Lease, Pulse, Store, StoreError, lease};
use tokio::sync::oneshot;

use crate::clocks::SystemClock;

/// How long a lease is watched without a sign of life before it is taken over, and how long its holder
/// drives without being able to give one.
pub const TTL: Duration = Duration::from_secs(20);
/// No ttl is shorter: a machine that is busy for a moment would lose its leases.
const SHORTEST_TTL: Duration = Duration::from_secs(1);
/// No ttl is longer: so long an execution whose machine is gone would wait for the next runner.
const LONGEST_TTL: Duration = Duration::from_hours(1);
/// How often its holder gives a sign of life within one ttl.
const BEATS: u32 = 4;
/// And at least so often: it is by these that a runner knows whether the store takes what people send.
const LONGEST_PERIOD: Duration = Duration::from_secs(5);

/// How long its holder waits between two signs of life.
fn period(ttl: Duration) -> Duration {
    (ttl / BEATS).min(LONGEST_PERIOD)
}

/// Reads a ttl as people write it, such as `20s`; `None` if it makes no sense.
pub fn parse_ttl(text: &str) -> Option<Duration> {
    duration::parse(text).filter(|ttl| (SHORTEST_TTL..=LONGEST_TTL).contains(ttl))
}

/// What [`parse_ttl`] takes, for those who wrote something else.
pub const TTL_IS: &str = "a duration from \"1s\" to \"1h\", such as \"20s\"";

/// A lease that is held, and renewed until it is given back.
pub struct Renewal {
    store: Arc<dyn Store>,
    lease: Lease,
    pulse: Pulse,
    period: Duration,
    /// Ends the thread when dropped.
    stop: oneshot::Sender<()>,
    lost: oneshot::Receiver<StoreError>,
}

impl Renewal {
    /// Becomes the one runner of an execution, and stays it.
    pub async fn acquire(
        store: Arc<dyn Store>,
        execution: &str,
        holder: &str,
        ttl: Duration,
        patience: RetryBudget,
    ) -> Result<Renewal, StoreError> {
        // Leases are a matter of real time, however fast the execution's clock runs.
        let clock = SystemClock::new();
        // A runner that wants it waits for one whole watch, and a little for a slow store.
        let watch = ttl + ttl / 2;
        let taken = lease::acquire(store.as_ref(), &clock, execution, holder, ttl, watch).await;
        let Acquired { lease: taken, begun, cut_off } = taken?;
        let pulse = Pulse::beating(Arc::new(clock), ttl, begun);
        if cut_off {
            pulse.is_taken_from_the_dead();
        }
        let (stop, stopped) = oneshot::channel();
        let (loser, lost) = oneshot::channel();
        let (kept, keeps) = (taken.clone(), Arc::clone(&store));
        let beating = pulse.clone();
        thread::spawn(move || {
            let keeping = Renewing { clock, lease: kept, ttl, patience, pulse: beating };
            keeping.keep(keeps.as_ref(), stopped, loser);
        });
        Ok(Renewal { store, lease: taken, pulse, period: period(ttl), stop, lost })
    }

    /// The lease.
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// How certain it is, at any moment, that the lease is still ours.
    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// Returns when the lease is lost, and why.
    pub async fn lost(&mut self) -> StoreError {
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

    /// Gives the lease back in good order; otherwise only stops renewing it, and the next runner finds that this one
    /// was cut off.
    pub async fn end(self, in_order: bool) {
        if in_order {
            self.release().await;
        }
    }

    /// Gives the lease back. If that fails, or takes too long, the next runner has to wait for it; nothing
    /// is lost.
    pub async fn release(self) {
        drop(self.stop);
        let clock = SystemClock::new();
        tokio::select! {
            released = self.store.release(&self.lease) => if let Err(error) = released {
                tracing::warn!(%error, "the lease could not be given back");
            },
            () = clock.sleep(self.period) => {
                tracing::warn!("the lease could not be given back: the store does not answer");
            }
        }
    }
}

/// What the thread that renews a lease knows.
struct Renewing {
    clock: SystemClock,
    lease: Lease,
    ttl: Duration,
    patience: RetryBudget,
    pulse: Pulse,
}

impl Renewing {
    fn keep(
        &self,
        store: &dyn Store,
        stopped: oneshot::Receiver<()>,
        loser: oneshot::Sender<StoreError>,
    ) {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return;
        };
        let Renewing { clock, lease, ttl, patience, pulse } = self;
        runtime.block_on(async {
            let kept = lease::keep(store, clock, lease, period(*ttl), *ttl, *patience, pulse);
            tokio::select! {
                _ = stopped => {}
                error = kept => drop(loser.send(error)),
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use moontide_runtime::store::MemoryStore;

    use super::*;

    #[tokio::test]
    async fn a_lease_that_is_not_renewed_is_lost() {
        let (stop, _stopped) = oneshot::channel();
        let (loser, lost) = oneshot::channel();
        let lease = Lease { execution: "drill".into(), epoch: 1, holder: "us".into() };
        let store = Arc::new(MemoryStore::new());
        let pulse =
            Pulse::beating(Arc::new(SystemClock::new()), TTL, SystemClock::new().monotonic());
        let mut renewal = Renewal { store, lease, pulse, period: TTL / BEATS, stop, lost };
        drop(loser);
        let lost = renewal.lost().await;
        assert_eq!(lost.to_string(), "drill: nothing renews the lease any more");
    }
}
