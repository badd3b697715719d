//! The thread that reads. A connection of its own, so that a long journal keeps no runner from writing.

use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::error::SqliteError;
use super::thread::Thread;
use crate::store::StoreError;

type Question = Box<dyn FnOnce(&Connection) + Send>;

/// Asks questions, each answered from one state of the store.
pub(super) struct Reader {
    thread: Thread<Question>,
    place: Arc<str>,
}

impl Reader {
    /// Starts the thread that reads from `connection`.
    pub(super) fn start(connection: Connection, place: Arc<str>) -> Result<Reader, StoreError> {
        let thread = Thread::start("store-reader", move |questions| {
            for question in questions {
                let question: Question = question;
                question(&connection);
            }
        });
        let thread = thread.map_err(|error| error.at(&place))?;
        Ok(Reader { thread, place })
    }

    /// Answers a question.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, SqliteError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, waiting) = oneshot::channel();
        self.thread.ask(Box::new(move |connection| {
            // The caller may have gone.
            let _ = answer.send(in_one_state(connection, question));
        }));
        let answer =
            waiting.await.unwrap_or(Err(SqliteError::Unfit("the thread that reads it is dead")));
        answer.map_err(|error| error.at(&self.place))
    }
}

/// Answers a question of several queries inside one transaction, which is then given up.
fn in_one_state<T>(
    connection: &Connection,
    question: impl FnOnce(&Connection) -> Result<T, SqliteError>,
) -> Result<T, SqliteError> {
    let transaction = connection.unchecked_transaction()?;
    question(&transaction)
}
