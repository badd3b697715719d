//! The thread that writes.
//!
//! A transaction costs one wait for the disk, however much is in it. So all changes that wait when the
//! thread comes by share one. Still each fails or succeeds on its own, and no caller is told that it
//! succeeded before the transaction is durable.
//!
//! A change looks before it writes: one that must not be made, such as an append under a lost lease,
//! fails with nothing written, and the others go on. One that fails with something written costs all of
//! them the transaction, and each is made again in a transaction of its own.

use std::sync::Arc;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::error::SqliteError;
use super::original::Original;
use super::thread::Thread;
use crate::store::StoreError;

/// So many changes share a transaction at most, so that the first need not wait for ever.
const MOST: usize = 1024;

/// Makes changes, one after another.
pub(super) struct Writer {
    thread: Thread<Box<dyn Change>>,
    place: Arc<str>,
}

impl Writer {
    /// Starts the thread that writes to `connection`.
    pub(super) fn start(
        mut connection: Connection,
        original: Original,
        place: Arc<str>,
    ) -> Result<Writer, StoreError> {
        let told = Arc::clone(&place);
        let thread = Thread::start("store-writer", move |changes| {
            while let Ok(first) = changes.recv() {
                let waiting = changes.try_iter().take(MOST - 1);
                let batch: Vec<_> = std::iter::once(first).chain(waiting).collect();
                match original.check() {
                    Ok(()) => write(&mut connection, batch, &told),
                    Err(error) => refuse(batch, &error.at(&told)),
                }
            }
        });
        let thread = thread.map_err(|error| error.at(&place))?;
        Ok(Writer { thread, place })
    }

    /// Makes a change durable, or nothing of it if it fails. `make` may be called again if SQLite gave
    /// up the transaction that it was in.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        make: impl FnMut(&Connection) -> Result<T, SqliteError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, waiting) = oneshot::channel();
        self.thread.ask(Box::new(Asked { make, made: None, answer }));
        let dead = || SqliteError::Unfit("the thread that writes to it is dead").at(&self.place);
        waiting.await.unwrap_or_else(|_| Err(dead()))
    }
}

/// A change that a caller waits for.
pub(super) trait Change: Send {
    /// Makes it; returns whether it shall stay.
    fn make(&mut self, connection: &Connection, place: &str) -> bool;

    /// Tells who waits how it went, now that the transaction is over.
    fn answer(self: Box<Self>, transaction: Result<(), StoreError>);
}

/// A change with its answer.
pub(super) struct Asked<T, F> {
    pub(super) make: F,
    /// What the last attempt made; `None` before the first.
    pub(super) made: Option<Result<T, StoreError>>,
    pub(super) answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Change for Asked<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> Result<T, SqliteError> + Send,
{
    fn make(&mut self, connection: &Connection, place: &str) -> bool {
        // What an earlier attempt made goes before the next one begins: it may hold a lock.
        self.made = None;
        let made = (self.make)(connection).map_err(|error| error.at(place));
        self.made.insert(made).is_ok()
    }

    fn answer(self: Box<Self>, transaction: Result<(), StoreError>) {
        let answer = match (self.made, transaction) {
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(Ok(made)), Ok(())) => Ok(made),
            (None, Ok(())) => unreachable!("a transaction that ended well has made every change"),
        };
        // The caller may have gone.
        let _ = self.answer.send(answer);
    }
}

/// Answers changes that are not even tried.
fn refuse(batch: Vec<Box<dyn Change>>, error: &StoreError) {
    for change in batch {
        change.answer(Err(error.clone()));
    }
}

/// Makes the changes and answers them all.
pub(super) fn write(connection: &mut Connection, mut batch: Vec<Box<dyn Change>>, place: &str) {
    let transaction = match together(connection, &mut batch, place) {
        // One of them cost all of them their transaction, and nothing is written: each on its own.
        Ok(Ended::GivenUp) if batch.len() > 1 => {
            for change in batch {
                write(connection, vec![change], place);
            }
            return;
        }
        Ok(Ended::GivenUp) => Err(SqliteError::Unfit("SQLite gave the transaction up")),
        Ok(Ended::Durable) => Ok(()),
        Err(error) => Err(SqliteError::from(error)),
    };
    let transaction = transaction.map_err(|error| error.at(place));
    for change in batch {
        change.answer(transaction.clone());
    }
}

/// How a transaction ended.
enum Ended {
    /// What was to stay is on disk.
    Durable,
    /// Nothing of it is: a change failed half-way, or SQLite itself has rolled back in the middle, as it
    /// does when the disk is full or fails.
    GivenUp,
}

fn together(
    connection: &mut Connection,
    batch: &mut [Box<dyn Change>],
    place: &str,
) -> rusqlite::Result<Ended> {
    // Rolled back when it is dropped without a commit.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for change in batch {
        let before = transaction.total_changes();
        let whole = change.make(&transaction, place) || transaction.total_changes() == before;
        if !whole || transaction.is_autocommit() {
            return Ok(Ended::GivenUp);
        }
    }
    transaction.commit()?;
    Ok(Ended::Durable)
}
