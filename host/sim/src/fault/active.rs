//! One fault, and what it has done so far.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::SignedDuration;

use super::stopped::Stopped;
use crate::scenario::{Occasion, PlacedFault};

/// A fault of the world file at work.
///
/// The counts are atomic because they are shared; the lock of the simulator is held wherever they change.
#[derive(Debug)]
pub(super) struct ActiveFault {
    pub(super) placed: PlacedFault,
    /// Events that it could have struck.
    seen: AtomicU32,
    /// How often something met it.
    met: AtomicU32,
    /// Servers whose replication it had stopped.
    pub(super) stopped: Stopped,
}

/// One more, unless that is too many to count.
fn count(counter: &AtomicU32) -> u32 {
    let more = counter.load(Ordering::Relaxed).saturating_add(1);
    counter.store(more, Ordering::Relaxed);
    more
}

impl ActiveFault {
    pub(super) fn new(placed: &PlacedFault) -> Self {
        Self {
            placed: placed.clone(),
            seen: AtomicU32::new(0),
            met: AtomicU32::new(0),
            stopped: Stopped::default(),
        }
    }

    /// Something met it.
    pub(super) fn meet(&self) {
        count(&self.met);
    }

    /// Counts an event, and says whether it is struck.
    pub(super) fn strikes(&self, occasion: Occasion, elapsed: SignedDuration) -> bool {
        if !occasion.window().contains(elapsed) {
            return false;
        }
        let seen = count(&self.seen);
        let struck = seen > occasion.skip && seen - occasion.skip <= occasion.limit();
        if struck {
            self.meet();
        }
        struck
    }

    /// How often something met it so far.
    pub(super) fn times_met(&self) -> u32 {
        self.met.load(Ordering::Relaxed)
    }
}
