//! A lease, as its holder has it and as the store keeps it. How one is come by, `lease` says.

use serde::{Deserialize, Serialize};

use super::StoreError;

/// The right to append to one execution's journal, until another runner takes it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The execution.
    pub execution: String,
    /// The name that the runner gave.
    pub holder: String,
    /// Grows by one with every change of hands; checked in every append.
    pub epoch: u64,
}

/// A lease as others see it in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseRecord {
    /// Its holder, for people: `alice@host pid 4711`. Empty: it was given back.
    pub holder: String,
    /// The epoch it is held under.
    pub epoch: u64,
    /// Grows with every renewal. A lease whose beat stands still for a ttl, watched on one's own
    /// monotonic clock, may be taken over.
    pub beat: u64,
}

impl LeaseRecord {
    /// Whether its holder gave it back.
    pub fn is_free(&self) -> bool {
        self.holder.is_empty()
    }
}

impl Lease {
    /// Whether the lease is still ours, where the store has `record` for the execution.
    pub fn check(&self, record: Option<&LeaseRecord>) -> Result<(), StoreError> {
        let is_ours = |record: &&LeaseRecord| {
            record.epoch == self.epoch && record.holder == self.holder && !record.is_free()
        };
        match record.filter(is_ours) {
            Some(_) => Ok(()),
            None => Err(StoreError::Fenced {
                ours: self.epoch,
                current: record.map_or(0, |record| record.epoch),
            }),
        }
    }

    /// The lease that `holder` gets by taking it over, if the store's `record` still is as `seen`.
    pub fn take(
        execution: &str,
        holder: &str,
        seen: Option<&LeaseRecord>,
        record: Option<&LeaseRecord>,
    ) -> Result<Lease, StoreError> {
        if seen != record {
            let holder = record.map(|record| record.holder.clone()).unwrap_or_default();
            return Err(StoreError::Held { holder });
        }
        Ok(Lease {
            execution: execution.to_owned(),
            holder: holder.to_owned(),
            epoch: record.map_or(0, |record| record.epoch) + 1,
        })
    }

    /// The record with which a store begins to keep this lease.
    pub fn record(&self) -> LeaseRecord {
        LeaseRecord { holder: self.holder.clone(), epoch: self.epoch, beat: 0 }
    }
}
