//! What every store asks of entries before it takes them.

use super::StoreError;
use super::lease::{Lease, LeaseRecord};
use crate::journal::Entry;

/// Whether `entries` may follow entry number `last`, written under `lease`, where the store has
/// `record` as the lease of the execution. Asked in the transaction that writes them.
pub fn check(
    lease: &Lease,
    record: Option<&LeaseRecord>,
    last: u64,
    entries: &[Entry],
) -> Result<(), StoreError> {
    lease.check(record)?;
    let fits = |(sequence, entry): &(u64, &Entry)| {
        entry.sequence == *sequence && entry.epoch == lease.epoch
    };
    match (last + 1..).zip(entries).find(|pair| !fits(pair)) {
        None => Ok(()),
        Some((sequence, entry)) => Err(StoreError::Misplaced {
            last: sequence - 1,
            found: entry.sequence,
            epoch: entry.epoch,
        }),
    }
}
