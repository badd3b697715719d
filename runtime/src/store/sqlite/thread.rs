//! A thread that works through a queue until its owner is dropped.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{Builder, JoinHandle};

use super::error::SqliteError;

/// The owner's end of the queue. Dropping it waits until everything in the queue is done.
pub(super) struct Thread<J> {
    /// `None` only while it is dropped.
    queue: Option<Sender<J>>,
    thread: Option<JoinHandle<()>>,
}

impl<J: Send + 'static> Thread<J> {
    /// Starts a thread of that name, which shall work until the queue ends.
    pub(super) fn start(
        name: &str,
        work: impl FnOnce(Receiver<J>) + Send + 'static,
    ) -> Result<Thread<J>, SqliteError> {
        let (queue, jobs) = mpsc::channel();
        let thread = Builder::new()
            .name(name.to_owned())
            .spawn(move || work(jobs))
            .map_err(|error| SqliteError::Files("no thread could be started", error))?;
        Ok(Thread { queue: Some(queue), thread: Some(thread) })
    }

    /// Puts a job into the queue. If the thread is dead the job is dropped, and with it whatever tells
    /// the asker that it is done.
    pub(super) fn ask(&self, job: J) {
        if let Some(queue) = &self.queue {
            let _ = queue.send(job);
        }
    }
}

impl<J> Drop for Thread<J> {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
