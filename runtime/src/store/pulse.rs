//! How certain a runner may be, right now, that the lease is still its own.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::clock::Clock;

/// The last sign of life that a runner is known to have given. Clones share it: the thread that renews the
/// lease moves it, and the door asks it before anything leaves.
///
/// It counts from the moment at which the last successful renewal *began*, because another runner may have
/// seen the beat as early as that, on a clock that no wall time moves.
#[derive(Clone)]
pub struct Pulse {
    clock: Arc<dyn Clock>,
    /// How long others watch before they take over; `None`: there are no others.
    ttl: Option<Duration>,
    shown: Arc<watch::Sender<Duration>>,
    /// A renewal is wanted before its turn.
    wanted: Arc<Notify>,
    /// What a driver has to know, and has to journal, before the lease is given back in good order.
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    /// When the store took no renewal, on the clock of the lease, where no driver has reckoned with that yet.
    outages: Vec<Range<Duration>>,
    /// Whether the last holder has not given the lease back, and no driver has reckoned with that yet.
    cut_off: bool,
}

/// The part of a ttl that is kept in reserve for what lies between the last question here and the first byte
/// on the wire: resolving a name, connecting, a handshake.
const RESERVE: u32 = 4;
/// The reserve is never longer: the SDK gives up a connection after five seconds.
const LONGEST_RESERVE: Duration = Duration::from_secs(5);

impl fmt::Debug for Pulse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pulse")
            .field("ttl", &self.ttl)
            .field("shown", &*self.shown.borrow())
            .finish_non_exhaustive()
    }
}

impl Pulse {
    /// Of a lease that holds for `ttl`; taking it began at `begun`.
    pub fn beating(clock: Arc<dyn Clock>, ttl: Duration, begun: Duration) -> Pulse {
        let shown = Arc::new(watch::Sender::new(begun));
        Pulse { clock, ttl: Some(ttl), shown, wanted: Arc::default(), known: Arc::default() }
    }

    /// Of a lease that this process alone can see, such as that of a rehearsal.
    pub fn steady(clock: Arc<dyn Clock>) -> Pulse {
        let shown = Arc::new(watch::Sender::new(Duration::ZERO));
        Pulse { clock, ttl: None, shown, wanted: Arc::default(), known: Arc::default() }
    }

    /// Lets time pass on the clock of the lease, which is that of the machine however fast an execution's runs.
    pub async fn sleep(&self, pause: Duration) {
        self.clock.sleep(pause).await;
    }

    /// The monotonic time by which it counts.
    pub fn now(&self) -> Duration {
        self.clock.monotonic()
    }

    /// A renewal that began at `begun` has succeeded.
    pub fn beat(&self, begun: Duration) {
        self.shown.send_if_modified(|shown| {
            let is_later = *shown < begun;
            *shown = begun.max(*shown);
            is_later
        });
    }

    /// When the last renewal that succeeded began.
    pub fn shown(&self) -> Duration {
        *self.shown.borrow()
    }

    /// The store has taken no renewal in this time. Told before the beat that ends it.
    pub fn was_away(&self, outage: Range<Duration>) {
        self.known().outages.push(outage);
    }

    /// The last holder has not given the lease back.
    pub fn is_taken_from_the_dead(&self) {
        self.known().cut_off = true;
    }

    /// When the store took no renewal, and no driver has reckoned with that yet.
    pub fn outages(&self) -> Vec<Range<Duration>> {
        self.known().outages.clone()
    }

    /// The first so many outages have been reckoned with, and it is journaled.
    pub fn reckoned(&self, outages: usize) {
        self.known().outages.drain(..outages);
    }

    /// Whether the last holder has not given the lease back, which has to be reckoned with.
    pub fn is_cut_off(&self) -> bool {
        self.known().cut_off
    }

    /// That has been reckoned with, and it is journaled.
    pub fn is_taken_up(&self) {
        self.known().cut_off = false;
    }

    /// Whether the lease can be given back in good order: the store took renewals until now, and whatever it did not
    /// take before is reckoned with. Else the next runner shall find that its holder was cut off.
    pub fn is_in_order(&self) -> bool {
        let known = self.known();
        let is_there = self.ttl.is_none_or(|ttl| self.silence() < ttl / 2);
        is_there && !known.cut_off && known.outages.is_empty()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether others can watch the lease, and take it over.
    pub fn is_watched(&self) -> bool {
        self.ttl.is_some()
    }

    /// Returns once a renewal has succeeded that began after `since`; never where there are none.
    pub async fn beyond(&self, since: Duration) {
        let mut shown = self.shown.subscribe();
        let is_beyond = |shown: &Duration| self.ttl.is_some() && *shown > since;
        if shown.wait_for(is_beyond).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns once the store has taken a renewal that begins from now on: it is there, for every process. At once
    /// where it always is.
    pub async fn proven(&self) {
        if self.ttl.is_some() {
            let now = self.now();
            self.wanted.notify_one();
            self.beyond(now).await;
        }
    }

    /// Returns when a renewal is wanted before its turn.
    pub async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// How long ago the last sign of life was begun.
    pub fn silence(&self) -> Duration {
        self.now().saturating_sub(self.shown())
    }

    /// Whether no other runner can have taken over, nor will before a call that is made now has left.
    pub fn is_fresh(&self) -> bool {
        let Some(ttl) = self.ttl else { return true };
        self.silence() < ttl.saturating_sub((ttl / RESERVE).min(LONGEST_RESERVE))
    }

    /// Returns once it is fresh: at the next renewal that succeeds.
    pub async fn fresh(&self) {
        let mut shown = self.shown.subscribe();
        while !self.is_fresh() {
            if shown.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
