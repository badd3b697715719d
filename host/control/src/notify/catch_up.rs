//! Queueing what the journal of an execution holds.
//!
//! How far that has come stands in the store, so that a runner that goes on, or `moontide notify send`, begins where the
//! last one left off. What was looked at and not queued, because that one died between, is derived once more.

use std::collections::VecDeque;
use std::sync::Arc;

use moontide_runtime::history::chain;
use moontide_runtime::journal::Execution;
use moontide_runtime::store::{Store, StoreError};

use super::event::Event;
use super::queue::{By, Followed, Item};
use super::receiver::Receiver;
use super::told::{Teller, behind};
use crate::next::Next;

/// How a step is typed, from any thread.
pub type Words = Box<dyn Fn(&Next) -> String + Send>;

/// Follows the journal of one execution.
pub struct Follower {
    store: Arc<dyn Store>,
    execution: Execution,
    receivers: Arc<[Receiver]>,
    words: Words,
    teller: Teller,
    /// What was queued by others before.
    queued: u64,
    /// What is derived, and not queued yet.
    pending: VecDeque<Event>,
    /// Up to where the store says that all is queued.
    said: u64,
}

impl Follower {
    /// Of an execution in this store. One that no runner has followed before is followed from here on: what has happened
    /// before there were receivers is told to none. This is called before anything is driven, so nothing happens
    /// between.
    pub async fn begin(
        store: &Arc<dyn Store>,
        execution: &Execution,
        receivers: &Arc<[Receiver]>,
        words: Words,
        by: By<'_>,
    ) -> Result<Follower, StoreError> {
        let followed = Followed::of(store.as_ref(), execution).await?;
        let queued = if let Some(followed) = followed {
            followed.sequence
        } else {
            let entries = store.journal(&execution.id, 1).await?;
            let last = entries.last().map_or(0, |entry| entry.sequence);
            Followed::say(store.as_ref(), execution, last, by).await?;
            last
        };
        Ok(Follower {
            store: Arc::clone(store),
            execution: execution.clone(),
            receivers: Arc::clone(receivers),
            words,
            teller: Teller::new(execution),
            queued,
            pending: VecDeque::new(),
            said: queued,
        })
    }

    /// Queues what is new. Returns how many events were.
    pub async fn catch_up(&mut self, by: By<'_>) -> Result<usize, StoreError> {
        let store = Arc::clone(&self.store);
        let entries = store.journal(&self.execution.id, self.teller.last() + 1).await?;
        for entry in &entries {
            let told = behind(&mut self.teller, entry);
            if entry.sequence > self.queued {
                self.pending.extend(told.into_iter().map(|it| it.worded(&self.words)));
            }
        }
        self.prove().await?;
        let mut count = 0;
        while let Some(event) = self.pending.front() {
            for receiver in self.receivers.iter().filter(|it| it.wants(event)) {
                Item::queue(store.as_ref(), &receiver.name, event, by).await?;
            }
            self.pending.pop_front();
            count += 1;
        }
        // A note without an event is not worth a write; the next look passes it by once more.
        if count > 0 && self.teller.last() > self.said {
            Followed::say(store.as_ref(), &self.execution, self.teller.last(), by).await?;
            self.said = self.teller.last();
        }
        Ok(count)
    }

    /// Puts the head of the journal into the events that tell of its end: kept by their receivers, it proves later that
    /// nothing before it was changed. A store that cannot be read now is asked again, and what is pending waits.
    async fn prove(&mut self) -> Result<(), StoreError> {
        let ends = |it: &&mut Event| it.event.is_end() && it.head.is_empty();
        let mut open = self.pending.iter_mut().filter(ends).peekable();
        if open.peek().is_none() || !chain::is_kept(self.execution.format) {
            return Ok(());
        }
        let stored = self.store.stored(&self.execution.id).await?;
        for event in open {
            event.head =
                stored.link_at(event.sequence).map(|it| it.to_string()).unwrap_or_default();
        }
        Ok(())
    }
}

/// Queues what is new in all executions that are followed. Returns how many events were, and the executions that cannot be
/// read, with the reason.
pub async fn all(
    store: &Arc<dyn Store>,
    receivers: &Arc<[Receiver]>,
    words: impl Fn() -> Words,
    by: By<'_>,
) -> Result<(usize, Vec<(String, StoreError)>), StoreError> {
    let followed = Followed::all(store.as_ref()).await?;
    if followed.is_empty() {
        return Ok((0, Vec::new()));
    }
    let listed = store.list().await?;
    let (mut count, mut unread) = (0, Vec::new());
    for (id, followed) in followed {
        let sequence = match followed {
            Ok(followed) => followed.sequence,
            Err(error) => {
                unread.push((id, error));
                continue;
            }
        };
        let is_behind =
            |it: &&moontide_runtime::store::Listed| it.id == id && it.last_sequence > sequence;
        if listed.iter().find(is_behind).is_none() {
            continue;
        }
        let caught_up = async {
            let execution = store.execution(&id).await?;
            let mut journal = Follower::begin(store, &execution, receivers, words(), by).await?;
            journal.catch_up(by).await
        };
        match caught_up.await {
            Ok(more) => count += more,
            Err(error) => unread.push((id, error)),
        }
    }
    Ok((count, unread))
}
