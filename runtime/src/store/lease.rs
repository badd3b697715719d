//! How a runner comes to be the only one that drives an execution.

use serde::{Deserialize, Serialize};

/// The right to append to one execution's journal, until somebody takes it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The execution.
    pub execution: String,
    /// Who we said we are.
    pub holder: String,
    /// Grows by one with every change of hands; checked in every append.
    pub epoch: u64,
}

/// A lease as others see it in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseRecord {
    /// Who holds it, for people: `alice@host pid 4711`. Empty: it was given back.
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
