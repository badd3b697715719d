//! The pen: gives entries their numbers and appends them under the lease, several at a time when
//! several lanes wait for the same commit.
//!
//! The commits run on a task of their own. A lane that waits for one may not be polled while the driver
//! itself waits for another, so whoever waits must not be the one who commits.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::sync::watch;

use super::{Body, Entry};
use crate::clock::Clock;
use crate::store::{Lease, Store, StoreError};

/// Appends to one execution's journal. After a failed append it writes nothing more: nobody can tell
/// what the store holds now, and the next process will read it.
pub struct Writer {
    clock: Arc<dyn Clock>,
    /// The number of the last entry that was handed out.
    last: Cell<u64>,
    commits: Arc<Commits>,
    /// The number of the last durable entry, or why there will be no more.
    durable: watch::Receiver<Result<u64, StoreError>>,
}

/// What the writer and the task that commits share.
struct Commits {
    store: Arc<dyn Store>,
    lease: Lease,
    queue: Mutex<Queue>,
    durable: watch::Sender<Result<u64, StoreError>>,
}

#[derive(Default)]
struct Queue {
    /// Handed out, not yet on their way to the store.
    entries: Vec<Entry>,
    /// Whether a task is committing; it takes what arrives meanwhile.
    busy: bool,
}

impl Writer {
    /// A writer that goes on after entry number `last`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, lease: Lease, last: u64) -> Writer {
        let (sender, durable) = watch::channel(Ok(last));
        let queue = Mutex::default();
        let commits = Arc::new(Commits { store, lease, queue, durable: sender });
        Writer { clock, last: Cell::new(last), commits, durable }
    }

    /// Appends an entry dated now; returns its date once it is durable.
    pub async fn append(&self, body: Body) -> Result<Timestamp, StoreError> {
        let at = self.clock.now();
        self.append_at(at, body).await.map(|()| at)
    }

    /// Appends an entry with the date that its writer already reckoned with.
    pub async fn append_at(&self, at: Timestamp, body: Body) -> Result<(), StoreError> {
        let sequence = self.last.get() + 1;
        self.last.set(sequence);
        let epoch = self.commits.lease.epoch;
        let begin = {
            let mut queue = self.commits.queue();
            queue.entries.push(Entry { sequence, epoch, at, body });
            !std::mem::replace(&mut queue.busy, true)
        };
        if begin {
            tokio::spawn(Arc::clone(&self.commits).run());
        }
        self.reached(sequence).await
    }

    /// Returns once everything that was handed out so far is durable.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.reached(self.last.get()).await
    }

    async fn reached(&self, sequence: u64) -> Result<(), StoreError> {
        let mut durable = self.durable.clone();
        let settled = |durable: &Result<u64, StoreError>| match durable {
            Ok(written) => *written >= sequence,
            Err(_) => true,
        };
        match durable.wait_for(settled).await.as_deref() {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.clone()),
            Err(_) => Err(self.commits.gone()),
        }
    }
}

impl Commits {
    /// Commits what is queued until nothing is left.
    async fn run(self: Arc<Commits>) {
        loop {
            let entries = {
                let mut queue = self.queue();
                queue.busy = !queue.entries.is_empty() && self.durable.borrow().is_ok();
                if !queue.busy {
                    return;
                }
                std::mem::take(&mut queue.entries)
            };
            let end = entries.last().map_or(0, |entry| entry.sequence);
            // Whoever waits would wait for ever if this task died without a word.
            let append = AssertUnwindSafe(self.store.append(&self.lease, &entries)).catch_unwind();
            let appended = append.await.unwrap_or_else(|_| Err(self.gone()));
            drop(self.durable.send_replace(appended.map(|()| end)));
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing in here panics half-way through a change.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gone(&self) -> StoreError {
        StoreError::Unusable {
            place: format!("journal of {}", self.lease.execution),
            message: "a defect of Moontide: its last append was not seen to its end".to_owned(),
            transient: false,
        }
    }
}
