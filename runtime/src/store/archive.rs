//! What a store can do beside keeping executions that run: cut old journals down, and let executions move.

use async_trait::async_trait;
use jiff::Timestamp;

use super::parcel::Parcel;
use super::seal::{Moved, Pruned, Seal};
use super::{Lease, StoreError};

/// A store's archive. All changes are made under a lease, as entries are: nothing is cut off or moved away while a
/// runner drives it.
#[async_trait]
pub trait Archive: Send + Sync {
    /// What has become of an execution; `None`: nothing, it is as it was.
    async fn seal(&self, id: &str) -> Result<Option<Seal>, StoreError>;

    /// Cuts the journal down to its evidence, unless a signal was sent behind number `heard`: `None`. Whether the
    /// execution may is for its caller to know, which has judged it under this lease by the signals up to that one.
    async fn prune(
        &self,
        lease: &Lease,
        (heard, at): (u64, Timestamp),
        by: &str,
    ) -> Result<Option<Pruned>, StoreError>;

    /// Makes up for an earlier [`Archive::prune`] or [`Archive::part`] of the execution that was cut off in the middle:
    /// what it has left behind is removed, and lists say what has become of it.
    async fn sweep(&self, id: &str) -> Result<(), StoreError>;

    /// Gives the room back that is free now; returns how many bytes are free and stay with the store.
    async fn reclaim(&self) -> Result<u64, StoreError>;

    /// An execution with all that belongs to it, byte for byte.
    async fn export(&self, id: &str) -> Result<Parcel, StoreError>;

    /// Seals an execution that goes on elsewhere.
    async fn part(&self, lease: &Lease, moved: &Moved) -> Result<(), StoreError>;

    /// Lifts the seal of an execution that has not left, if it is this one.
    async fn lift(&self, id: &str, moved: &Moved) -> Result<(), StoreError>;

    /// Makes sure that an execution of this id could arrive here, as far as that can be tried: the rights are there.
    async fn expect(&self, id: &str) -> Result<(), StoreError>;

    /// Whether an import of an execution of this id has begun here and has not ended: until then nothing of it is to be
    /// seen. A store that takes each in in one transaction has none.
    async fn is_arriving(&self, _id: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Gives imports of an execution of this id up that were cut off, and are not to be made again: nothing is left of
    /// them, and what was here before is as it was. Returns whether there were any.
    async fn give_up(&self, _id: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Takes an execution in, byte for byte. [`StoreError::Exists`] if it is here, unless it was moved from here and
    /// this is how it went on: then the seal is lifted.
    async fn import(&self, parcel: &Parcel) -> Result<(), StoreError>;
}
