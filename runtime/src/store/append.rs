//! What every store asks of entries before it takes them.

use super::StoreError;
use super::{Lease, LeaseRecord};
use crate::history::Entry;

/// Whether `entries` may follow entry number `last`, written under `lease`, where the store has
/// `record` as the lease of the execution. Asked in the transaction that writes them.
pub fn check(
    lease: &Lease,
    record: Option<&LeaseRecord>,
    last: u64,
    entries: &[Entry],
) -> Result<(), StoreError> {
    check_places(lease, record, last, entries.iter().map(|entry| (entry.sequence, entry.epoch)))
}

/// The same for entries of which only sequence and epoch are known any more.
pub fn check_places(
    lease: &Lease,
    record: Option<&LeaseRecord>,
    last: u64,
    places: impl Iterator<Item = (u64, u64)>,
) -> Result<(), StoreError> {
    lease.check(record)?;
    let mut pairs = (last + 1..).zip(places);
    match pairs.find(|(sequence, place)| *place != (*sequence, lease.epoch)) {
        None => Ok(()),
        Some((sequence, (found, epoch))) => {
            Err(StoreError::Misplaced { last: sequence - 1, found, epoch })
        }
    }
}
