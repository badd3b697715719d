//! What a call has seen of the world that looks again and again: between the door, which waits for the end of
//! trouble, and an operation that polls.
//!
//! An operation that polls hands trouble to the door, and is performed again. Through its [`Sight`] the door
//! hears at once that the world was seen again, and since when it was not; and the operation remembers how much
//! of its time-out it has used.

use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::time::Duration;

use tokio::sync::Notify;

/// What one call has seen. Clones share it. All moments are on the monotonic clock.
#[derive(Clone, Debug, Default)]
pub struct Sight(Rc<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// When the first look began that has brought nothing yet.
    looking_since: Cell<Option<Duration>>,
    /// How much of the call's own time is used.
    used: Cell<Duration>,
    news: Notify,
}

impl Sight {
    /// A look begins at `now`, unless one is under way that has seen nothing yet.
    pub fn look(&self, now: Duration) {
        if self.0.looking_since.get().is_none() {
            self.0.looking_since.set(Some(now));
        }
    }

    /// The world was seen.
    pub fn seen(&self) {
        self.0.looking_since.set(None);
        self.0.news.notify_one();
    }

    /// Since when nothing was seen; `None` if the last look has seen the world.
    pub fn looking_since(&self) -> Option<Duration> {
        self.0.looking_since.get()
    }

    /// Returns once the world was seen.
    pub async fn news(&self) {
        self.0.news.notified().await;
    }

    /// How much of its own time the call has used.
    pub fn used(&self) -> Duration {
        self.0.used.get()
    }

    /// The call has used so much more of its own time.
    pub fn uses(&self, more: Duration) {
        self.0.used.set(self.0.used.get().saturating_add(more));
    }

    /// The same, for a caller who must not keep it.
    pub fn downgrade(&self) -> WeakSight {
        WeakSight(Rc::downgrade(&self.0))
    }
}

/// A [`Sight`] that lives as long as its door wants it.
#[derive(Clone, Debug)]
pub struct WeakSight(Weak<Seen>);

impl WeakSight {
    /// The sight, if the door still wants it.
    pub fn upgrade(&self) -> Option<Sight> {
        self.0.upgrade().map(Sight)
    }
}
