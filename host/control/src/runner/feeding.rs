//! What programs say is left in the store, for those who follow the execution in other processes. Nothing waits for
//! that, and nothing depends on it.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use crate::clocks::SystemClock;
use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::observe::{Notice, Observer};
use moontide_runtime::store::feed::Words;
use moontide_runtime::store::{Feed, Lease, Store};
use tokio::sync::Notify;

/// The pause between two writes: what is said meanwhile goes with the next one.
const PAUSE: Duration = Duration::from_secs(1);

/// How long the last write may take.
const LAST: Duration = Duration::from_secs(1);

/// Hears what programs say, and leaves it in the store.
pub(super) struct Feeding {
    store: Arc<dyn Store>,
    lease: Lease,
    feed: RefCell<Feed>,
    /// Whether something was said that was not written yet.
    is_news: Cell<bool>,
    news: Notify,
}

impl Feeding {
    /// Of the execution that is driven under this lease.
    pub(super) fn new(store: Arc<dyn Store>, lease: Lease) -> Feeding {
        let feed = RefCell::new(Feed::new(lease.epoch));
        Feeding { store, lease, feed, is_news: Cell::default(), news: Notify::new() }
    }

    /// Writes what was said, now and then.
    pub(super) async fn go_on(&self) -> Infallible {
        loop {
            while !self.is_news.get() {
                self.news.notified().await;
            }
            self.write().await;
            SystemClock::new().sleep(PAUSE).await;
        }
    }

    /// Writes what was said last, if the store takes it at once.
    pub(super) async fn finish(&self) {
        let clock = SystemClock::new();
        if self.is_news.get() {
            tokio::select! {
                () = self.write() => {}
                () = clock.sleep(LAST) => {}
            }
        }
    }

    async fn write(&self) {
        self.is_news.set(false);
        let feed = self.feed.borrow().clone();
        if let Err(error) = self.store.publish(&self.lease, &feed).await {
            tracing::debug!(%error, "what programs say was not left in the store");
        }
    }
}

impl Observer for Feeding {
    fn notice(&self, at: Timestamp, notice: &Notice) {
        if let Some(words) = Words::of(notice) {
            self.feed.borrow_mut().say(at, words);
            self.is_news.set(true);
            self.news.notify_one();
        }
    }
}
