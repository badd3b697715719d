//! Whether the runner of an execution lives, seen as a runner sees it that wants to take over: by the beat of its
//! lease, on this machine's monotonic clock.

use std::time::Duration;

use moontide_runtime::store::{LeaseRecord, Store, StoreError};

/// How often a lease is looked at within its ttl. In a table each look has its price.
const LOOKS: u32 = 3;

/// The pause between two looks at a lease that holds for so long.
pub(super) fn period(ttl: Duration) -> Duration {
    ttl / LOOKS
}

/// A lease that is being watched.
pub(super) struct Beats {
    ttl: Duration,
    /// What it was when it was looked at last.
    seen: LeaseRecord,
    /// When that was.
    looked: Duration,
    /// For how long it has stood still.
    still: Duration,
}

/// What a look has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Its runner lives, as far as it can be seen.
    Lives,
    /// Its runner was stopped.
    Stopped,
    /// Its runner gives no sign of life, and another one may take over.
    Silent,
}

impl Beats {
    /// Of a lease that holds for so long, as it is now.
    pub(super) fn new(ttl: Duration, seen: LeaseRecord, now: Duration) -> Beats {
        Beats { ttl, seen, looked: now, still: Duration::ZERO }
    }

    /// Looks at it as it is now.
    pub(super) async fn look(
        &mut self,
        store: &dyn Store,
        (id, record): (&str, &LeaseRecord),
        now: Duration,
    ) -> Result<Sign, StoreError> {
        self.note(record, now);
        Ok(if self.still >= self.ttl {
            Sign::Silent
        } else if !self.still.is_zero() && store.holder_is_gone(id, record).await? {
            Sign::Stopped
        } else {
            Sign::Lives
        })
    }

    /// A machine that slept, and a store that was away, have seen nothing: no pause counts for more than it should be.
    fn note(&mut self, record: &LeaseRecord, now: Duration) {
        let passed = now.saturating_sub(self.looked).min(period(self.ttl) * 2);
        self.still = if self.seen == *record { self.still + passed } else { Duration::ZERO };
        self.looked = now;
        self.seen.clone_from(record);
    }
}

#[cfg(test)]
mod tests {
    use moontide_runtime::store::MemoryStore;

    use super::Sign::{Lives, Silent};
    use super::*;
    use moontide_kit::staged::execution;

    const TTL: Duration = Duration::from_secs(30);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn a_lease_that_stands_still_for_its_ttl_has_no_runner() {
        let store = MemoryStore::new();
        store.create(&execution("x", 0, &["db"])).await.unwrap();
        let mut record = LeaseRecord { holder: "ann".into(), epoch: 1, beat: 1 };
        let mut beats = Beats::new(TTL, record.clone(), at(100));
        let mut signs = Vec::new();
        for (second, beat) in [(110, 1), (120, 2), (130, 2), (140, 2), (150, 2), (160, 3)] {
            record.beat = beat;
            signs.push(beats.look(&store, ("x", &record), at(second)).await.unwrap());
        }
        assert_eq!(signs, [Lives, Lives, Lives, Lives, Silent, Lives]);
    }

    #[tokio::test]
    async fn a_machine_that_slept_has_not_watched() {
        let store = MemoryStore::new();
        store.create(&execution("x", 0, &["db"])).await.unwrap();
        let record = LeaseRecord { holder: "ann".into(), epoch: 1, beat: 1 };
        let mut beats = Beats::new(TTL, record.clone(), at(100));
        let sign = beats.look(&store, ("x", &record), at(9_000)).await.unwrap();
        assert_eq!(sign, Lives);
    }
}
