//! The pen: gives entries their numbers and appends them under the lease, several at a time when
//! several lanes wait for the same commit.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Mutex;

use super::{Body, Entry};
use crate::clock::Clock;
use crate::store::{Lease, Store, StoreError};

/// Appends to one execution's journal. After a failed append it writes nothing more: nobody can tell
/// what the store holds now, and the next process will read it.
pub struct Writer {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    lease: Lease,
    /// The number of the last entry that was handed out.
    last: Cell<u64>,
    /// Handed out, not yet durable.
    waiting: RefCell<Vec<Entry>>,
    /// The number of the last durable entry; the lock is held while the store appends.
    durable: Mutex<Result<u64, String>>,
}

impl Writer {
    /// A writer that goes on after entry number `last`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, lease: Lease, last: u64) -> Writer {
        Writer {
            store,
            clock,
            lease,
            last: Cell::new(last),
            waiting: RefCell::default(),
            durable: Mutex::new(Ok(last)),
        }
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
        self.waiting.borrow_mut().push(Entry { sequence, epoch: self.lease.epoch, at, body });

        let mut durable = self.durable.lock().await;
        match durable.as_ref() {
            Ok(written) if *written >= sequence => return Ok(()),
            Ok(_) => {}
            Err(message) => return Err(self.broken(message)),
        }
        let entries = std::mem::take(&mut *self.waiting.borrow_mut());
        let end = entries.last().map_or(sequence, |entry| entry.sequence);
        match self.store.append(&self.lease, &entries).await {
            Ok(()) => {
                *durable = Ok(end);
                Ok(())
            }
            Err(error) => {
                *durable = Err(error.to_string());
                Err(error)
            }
        }
    }

    fn broken(&self, message: &str) -> StoreError {
        StoreError::Unusable {
            place: format!("journal of {}", self.lease.execution),
            message: format!("an earlier append failed: {message}"),
            transient: false,
        }
    }
}
