//! Waiting for news of executions: one call for many of them, instead of a question for each now and then.
//!
//! That an execution has come to its end in this store, since it was moved or pruned, is news to all who wait for
//! entries: there will be no more.
//!
//! The watcher says how far it has seen each execution, so nothing is lost between its last look and the
//! call: what is there already is found at once. News is only a reason to look; what it is, the store's other
//! methods say.

use std::time::Duration;

use super::feed::Place;
use super::{Store, StoreError};
use crate::clock::Clock;

/// How far an execution has been seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The execution.
    pub execution: String,
    /// The number of the last entry of its journal that was seen; `None`: entries are no news.
    pub entries: Option<u64>,
    /// The number of the last signal that was seen; `None`: signals are no news.
    pub signals: Option<u64>,
    /// The place of the last line of its feed that was seen; `None`: lines are no news.
    pub feed: Option<Place>,
}

impl Mark {
    /// Of a watcher for whom nothing is news.
    fn of(execution: &str) -> Mark {
        Mark { execution: execution.to_owned(), entries: None, signals: None, feed: None }
    }

    /// Of a watcher who waits for entries behind this one.
    pub fn of_entries(execution: &str, last: u64) -> Mark {
        Mark { entries: Some(last), ..Mark::of(execution) }
    }

    /// Of a watcher who waits for signals behind this one.
    pub fn of_signals(execution: &str, last: u64) -> Mark {
        Mark { signals: Some(last), ..Mark::of(execution) }
    }

    /// Whether an execution whose journal, signals and feed end there has news.
    pub fn is_passed(&self, entries: u64, signals: u64, feed: Place) -> bool {
        self.entries.is_some_and(|seen| entries > seen)
            || self.signals.is_some_and(|seen| signals > seen)
            || self.feed.is_some_and(|seen| feed > seen)
    }
}

/// The pause between two looks at a store that cannot tell of news by itself.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// After so long anything in a store that cannot tell may have changed: a list of it has its price.
pub(super) const MAY_HAVE_CHANGED: Duration = Duration::from_secs(5);

/// Watches by asking for each execution, again and again: for a store that has no better way.
pub(super) async fn by_looking<S: Store + ?Sized>(
    store: &S,
    marks: &[Mark],
    clock: &dyn Clock,
    time: Duration,
) -> Result<Vec<String>, StoreError> {
    let end = clock.monotonic().saturating_add(time);
    loop {
        let mut news = Vec::new();
        for mark in marks {
            if has_news(store, mark).await? {
                news.push(mark.execution.clone());
            }
        }
        let left = end.saturating_sub(clock.monotonic());
        if !news.is_empty() || left.is_zero() {
            return Ok(news);
        }
        clock.sleep(LOOK_AGAIN.min(left)).await;
    }
}

async fn has_news<S: Store + ?Sized>(store: &S, mark: &Mark) -> Result<bool, StoreError> {
    let id = &mark.execution;
    let looked = async {
        let entries = match mark.entries {
            Some(seen) => store.journal(id, seen.saturating_add(1)).await?.len(),
            None => 0,
        };
        let signals = match mark.signals {
            Some(seen) => store.signals(id, seen).await?.len(),
            None => 0,
        };
        let talk = match mark.feed {
            Some(seen) => store.feed(id).await?.end() > seen,
            None => false,
        };
        let is_sealed = match store.archive().filter(|_| mark.entries.is_some()) {
            Some(archive) => archive.seal(id).await?.is_some(),
            None => false,
        };
        Ok(talk || entries + signals > 0 || is_sealed)
    };
    match looked.await {
        // The caller learns that it is gone.
        Err(StoreError::NotFound(_)) => Ok(true),
        looked => looked,
    }
}
