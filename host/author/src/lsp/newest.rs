//! A place for the newest job: the session never waits to put one there, and what is overtaken is let go.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::checks::Job;

/// The place, between the session and its checks.
#[derive(Default)]
pub(super) struct Newest {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    job: Option<Job>,
    is_over: bool,
}

impl Newest {
    /// Puts a job there, joined with the one that was not begun.
    pub(super) fn put(&self, job: Job) {
        let mut state = self.state();
        state.job = Some(match state.job.take() {
            Some(older) => older.then(job),
            None => job,
        });
        self.changed.notify_one();
    }

    /// No more will come.
    pub(super) fn end(&self) {
        self.state().is_over = true;
        self.changed.notify_one();
    }

    /// Waits for a job; none, if no more will come.
    pub(super) fn take(&self) -> Option<Job> {
        let is_idle = |state: &mut State| state.job.is_none() && !state.is_over;
        let waited = self.changed.wait_while(self.state(), is_idle);
        waited.unwrap_or_else(PoisonError::into_inner).job.take()
    }

    /// Waits so long at most.
    pub(super) fn take_within(&self, longest: Duration) -> Option<Job> {
        let is_idle = |state: &mut State| state.job.is_none() && !state.is_over;
        let waited = self.changed.wait_timeout_while(self.state(), longest, is_idle);
        waited.unwrap_or_else(PoisonError::into_inner).0.job.take()
    }

    /// What is there now.
    pub(super) fn take_now(&self) -> Option<Job> {
        self.state().job.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
