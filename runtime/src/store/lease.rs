//! How a runner comes to be the only one that drives an execution, and stays it.
//!
//! Nothing here trusts a wall clock, ours or another machine's. A holder shows that it lives by moving the beat
//! of its lease; a runner that wants the lease watches the beat on its own monotonic clock. The store checks
//! the epoch in every append, so a holder that was only slow can write nothing more. A holder that cannot
//! move its beat sends nothing once a ttl may have passed since its last renewal *began*, by its own monotonic
//! clock ([`Pulse`]); it asks on for as long as its operator's patience lasts, and goes on if the epoch is
//! still its own.
//!
//! One window remains, and no lease can close it: a holder that is stopped (SIGSTOP, a frozen virtual
//! machine) after the pulse was asked for the last time, when the call is signed, and before it is on the wire, which
//! is name resolution, a connection and a handshake, and stays stopped until another runner has taken over and looked. Once it
//! goes on, that call leaves: one per wave that ran, or per branch where a wave had parallel ones. It writes
//! nothing more, not even those calls' outcomes, and sends nothing that has no intent yet. The runner that took
//! over has looked the calls up and waited until they would have shown; a service that knows tokens refuses them
//! as repetitions; a second launch of a server whose job runs is refused by DRS. What is left is a launch over an
//! instance whose job has ended meanwhile, and an SSM command that runs twice.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::{Lease, LeaseRecord, Pulse, Store, StoreError};
use crate::clock::Clock;
use crate::retry_budget::RetryBudget;

/// A lease that was just taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acquired {
    /// The lease.
    pub lease: Lease,
    /// When taking it began, on the monotonic clock: others may watch it since then.
    pub begun: Duration,
    /// Whether its last holder has not given it back: a runner that died, or could not reach the store.
    pub cut_off: bool,
}

/// How often the beat is looked at within one ttl.
const LOOKS: u32 = 8;

/// Becomes the one runner of execution `id`, under the name `holder`.
///
/// A lease that is free, or whose holder is known to be dead, is taken at once. Any other is
/// watched for `ttl`; if its beat moves meanwhile the holder lives, and this is [`StoreError::Held`]. So
/// it is once `patience` is used up: without any, nothing is watched; to see a watch through, it must be
/// longer than `ttl`.
pub async fn acquire(
    store: &dyn Store,
    clock: &dyn Clock,
    id: &str,
    holder: &str,
    ttl: Duration,
    patience: Duration,
) -> Result<Acquired, StoreError> {
    let deadline = clock.monotonic().saturating_add(patience);
    loop {
        let seen = store.lease(id).await?;
        if let Some(record) = seen.as_ref().filter(|record| !record.is_free()) {
            watch(store, clock, id, record, ttl, deadline).await?;
        }
        let begun = clock.monotonic();
        match store.take(id, holder, seen.as_ref()).await {
            // It was given back since we looked.
            Err(StoreError::Held { holder }) if holder.is_empty() => {}
            taken => {
                let cut_off = seen.is_some_and(|record| !record.is_free());
                return taken.map(|lease| Acquired { lease, begun, cut_off });
            }
        }
    }
}

/// Returns when the holder of `record` has shown no life for `ttl`, is known to be dead, or has given
/// the lease back; [`StoreError::Held`] if the holder lives, or the deadline comes first.
async fn watch(
    store: &dyn Store,
    clock: &dyn Clock,
    id: &str,
    record: &LeaseRecord,
    ttl: Duration,
    deadline: Duration,
) -> Result<(), StoreError> {
    // The record was read before this moment, so the watch is never shorter than it says.
    let start = clock.monotonic();
    while !store.holder_is_gone(id, record).await? {
        let now = clock.monotonic();
        let (watched, left) = (now.saturating_sub(start), deadline.saturating_sub(now));
        if watched >= ttl {
            break;
        }
        if left.is_zero() {
            return Err(StoreError::Held { holder: record.holder.clone() });
        }
        clock.sleep((ttl / LOOKS).min(ttl.saturating_sub(watched)).min(left)).await;
        match store.lease(id).await? {
            Some(seen) if seen == *record => {}
            Some(seen) if !seen.is_free() => return Err(StoreError::Held { holder: seen.holder }),
            _ => break,
        }
    }
    Ok(())
}

/// Renews a lease every `period` until it cannot be kept; returns why. A store that is only busy is asked
/// again at the next beat, for as long as no other runner takes over and the operator's `patience` lasts:
/// then this is [`StoreError::Lapsed`], also if the store never answers.
///
/// Past its ttl a lease may be taken at any moment. Its holder learns that from the next renewal; until one
/// succeeds, the `pulse` lets nothing leave.
///
/// A runner that drives an execution runs this beside it, where no runbook can starve it, drops it to stop,
/// and stops driving when it returns. It begins right after the lease was taken.
pub async fn keep(
    store: &dyn Store,
    clock: &dyn Clock,
    lease: &Lease,
    period: Duration,
    ttl: Duration,
    patience: RetryBudget,
    pulse: &Pulse,
) -> StoreError {
    let patience = patience.store.max(ttl);
    // A watcher may have seen the last beat as early as this.
    let mut shown = clock.monotonic();
    let left = |shown: Duration| (shown + patience).saturating_sub(clock.monotonic());
    let mut last = "the store did not answer".to_owned();
    let mut failing = false;
    loop {
        let pause = period.min(left(shown)).max(SHORTEST);
        select(pin!(clock.sleep(pause)), pin!(pulse.wanted())).await;
        let begun = clock.monotonic();
        // A runner that was stopped for longer than its patience asks once more: perhaps no other one wanted
        // the lease.
        let longest = left(shown).min(ttl).max(period);
        match select(pin!(store.renew(lease)), pin!(clock.sleep(longest))).await {
            Either::Left((Ok(()), _)) => {
                let ended = clock.monotonic();
                // A holder that stood still for so long heard no other runner either.
                let stood_still = begun.saturating_sub(shown) > ttl;
                if failing || stood_still || ended.saturating_sub(begun) >= SLOW {
                    pulse.was_away(shown..ended);
                }
                (shown, failing) = (begun, false);
                pulse.beat(begun);
            }
            Either::Left((Err(StoreError::Unusable { transient: true, message, .. }), _)) => {
                (last, failing) = (message, true);
            }
            Either::Left((Err(error), _)) => return error,
            Either::Right(_) => failing = true,
        }
        if left(shown).is_zero() {
            let after = clock.monotonic().saturating_sub(shown);
            return StoreError::Lapsed { after, message: last };
        }
    }
}

/// A renewal that takes longer found a store that took nothing for a while.
const SLOW: Duration = Duration::from_secs(1);

/// No wait is shorter, or a store that refuses at once would be asked without a pause.
const SHORTEST: Duration = Duration::from_millis(10);
