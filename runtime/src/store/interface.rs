//! What every store does.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Archive, Documents, Feed, Lease, LeaseRecord, Mark, Part, Standing, StoreError, Stored, Wanted,
    watch,
};
use crate::clock::Clock;
use crate::history::chain::ChainHead;
use crate::history::{Entry, Execution, Signal};

/// Keeps executions so that any process may die at any instant.
///
/// Every method that returns `Ok` has made its change durable. A method that returns
/// [`StoreError::Unusable`] may have made it all the same; with any other error nothing has changed.
///
/// Of an execution that is not there every method says [`StoreError::NotFound`]; one that a newer
/// release wrote is only listed, all else is [`StoreError::Format`].
#[async_trait]
pub trait Store: Documents {
    /// Writes the head of a new execution. [`StoreError::Exists`] if there is one of that id.
    async fn create(&self, execution: &Execution) -> Result<(), StoreError>;

    /// The head of an execution.
    async fn execution(&self, id: &str) -> Result<Execution, StoreError>;

    /// Every execution, newest first.
    async fn list(&self) -> Result<Vec<Listed>, StoreError>;

    /// The executions that are wanted, as a list shows them; no journal is read.
    async fn find(&self, wanted: &Wanted) -> Result<Part, StoreError>;

    /// Appends entries, all or none, if `lease` still holds ([`StoreError::Fenced`]), they were written
    /// under it, and the journal ends where they begin ([`StoreError::Misplaced`]). With them the list learns where
    /// the execution stands after them, if that is said.
    async fn append_standing(
        &self,
        lease: &Lease,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError>;

    /// The same where they leave the execution standing where it stands.
    async fn append(&self, lease: &Lease, entries: &[Entry]) -> Result<(), StoreError> {
        self.append_standing(lease, entries, None).await
    }

    /// The journal from `from` (a sequence, counted from 1) to its end, in order; of one that was pruned what is left. [`StoreError::Damaged`] if an
    /// entry is missing or was changed; what stands before `from` is not looked at.
    async fn journal(&self, id: &str, from: u64) -> Result<Vec<Entry>, StoreError>;

    /// The execution byte for byte, whatever that is worth: what is damaged or was changed is handed out as it is.
    async fn stored(&self, id: &str) -> Result<Stored, StoreError>;

    /// The last link of an execution's chain, without a look at the rest of it; `None`: it is not chained.
    async fn chain_head(&self, id: &str) -> Result<Option<ChainHead>, StoreError> {
        Ok(self.stored(id).await?.chain_head())
    }

    /// The holder of an execution's lease, or the last one; `None` if it was never held.
    async fn lease(&self, id: &str) -> Result<Option<LeaseRecord>, StoreError>;

    /// Takes the lease for `holder` under the next epoch if it still is as `seen` (`None`: it was never
    /// held it). [`StoreError::Held`] if it is not, with the holder's name, which is empty if that one
    /// has given it back again.
    async fn take(
        &self,
        id: &str,
        holder: &str,
        seen: Option<&LeaseRecord>,
    ) -> Result<Lease, StoreError>;

    /// Whether the holder is known to be dead, so that its lease need not be watched for its ttl.
    async fn holder_is_gone(&self, id: &str, seen: &LeaseRecord) -> Result<bool, StoreError>;

    /// Shows that the holder is alive. [`StoreError::Fenced`] if another runner took over.
    async fn renew(&self, lease: &Lease) -> Result<(), StoreError>;

    /// Gives the lease back; nothing happens if it was lost already.
    async fn release(&self, lease: &Lease) -> Result<(), StoreError>;

    /// Leaves a signal for the execution's runner; returns its number, counted from 1.
    async fn send(&self, id: &str, signal: &Signal) -> Result<u64, StoreError>;

    /// The signals after number `after`, in order, with their numbers.
    async fn signals(&self, id: &str, after: u64) -> Result<Vec<(u64, Signal)>, StoreError>;

    /// Its archive, if it has one.
    fn archive(&self) -> Option<&dyn Archive> {
        None
    }

    /// Puts the feed of the leased execution in the place of its last one, unless that is of a later lease: no error,
    /// since nothing depends on it. A store may keep none.
    async fn publish(&self, _lease: &Lease, _feed: &Feed) -> Result<(), StoreError> {
        Ok(())
    }

    /// The feed of an execution; an empty one, if nothing was said, or it is not kept.
    async fn feed(&self, _id: &str) -> Result<Feed, StoreError> {
        Ok(Feed::default())
    }

    /// Waits until one of these executions has something behind its mark, for `time` at most; returns those that
    /// have. What was there when this was called is found at once. One that is not there has news too: the next
    /// question about it says so.
    async fn watch(
        &self,
        marks: &[Mark],
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<Vec<String>, StoreError> {
        watch::by_looking(self, marks, clock, time).await
    }

    /// Waits until anything in the store may be another than at this version of it, for `time` at most; returns the
    /// version that it has then. Versions are those of this opened store; 0 is before all of them. A store that
    /// cannot tell says after a while that it has changed.
    async fn any_news(
        &self,
        since: u64,
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<u64, StoreError> {
        if since > 0 {
            clock.sleep(watch::MAY_HAVE_CHANGED.min(time)).await;
        }
        Ok(since + 1)
    }
}

/// What a list of executions shows without reading journals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// The execution's id.
    pub id: String,
    /// The runbook's name.
    pub runbook: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// The number of its last journal entry; 0 before the first.
    pub last_sequence: u64,
}
