//! Whether an execution that is watched has a runner, and which: news of that, as its lease tells.

use std::time::Duration;

use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{LeaseRecord, Store, StoreError};

use super::beats::{self, Beats, Sign};
use super::change::News;
use crate::next::Next;
use crate::words;

/// A runner that may come and go.
pub(super) struct RunnerWatch {
    /// How long a lease holds without a sign of life.
    ttl: Duration,
    /// The lease, while a runner holds it, or has died with it.
    beats: Option<Beats>,
    /// The runner that is said to drive.
    driver: Option<LeaseRecord>,
    /// When the lease is looked at next.
    at: Duration,
}

impl RunnerWatch {
    /// Of an execution with this lease, whose holder is said to drive it, if so, already.
    pub(super) fn new(
        ttl: Duration,
        (lease, driver): (Option<LeaseRecord>, Option<LeaseRecord>),
        now: Duration,
    ) -> RunnerWatch {
        let beats = lease.map(|lease| Beats::new(ttl, lease, now));
        RunnerWatch { ttl, beats, driver, at: now + beats::period(ttl) }
    }

    /// When its lease is to be looked at; `None`: there is none.
    pub(super) fn due(&self) -> Option<Duration> {
        self.beats.as_ref().map(|_| self.at)
    }

    /// Another runner has written; news, if it was not said to drive.
    pub(super) fn takes_over(&mut self, lease: LeaseRecord, now: Duration) -> Option<News> {
        self.beats = Some(Beats::new(self.ttl, lease.clone(), now));
        self.at = now + beats::period(self.ttl);
        self.drives(lease)
    }

    /// Looks whether the runner of an execution lives, if it is time to. `last` is the last entry that was seen.
    pub(super) async fn look(
        &mut self,
        store: &dyn Store,
        (id, last, status): (&str, u64, ExecutionStatus),
        now: Duration,
    ) -> Result<Option<News>, StoreError> {
        let Some(beats) = self.beats.as_mut().filter(|_| now >= self.at) else {
            return Ok(None);
        };
        self.at = now + beats::period(self.ttl);
        let lease = store.lease(id).await?.filter(|lease| !lease.is_free());
        let sign = match &lease {
            Some(lease) => beats.look(store, (id, lease), now).await?,
            None => Sign::Stopped,
        };
        Ok(match (lease, sign) {
            (Some(lease), Sign::Lives) => self.drives(lease),
            (lease, sign) => {
                // It may have come to its end before it left.
                if !store.journal(id, last + 1).await?.is_empty() {
                    return Ok(None);
                }
                if lease.is_none() {
                    self.beats = None;
                }
                // One that waits for a person has left in good order.
                let is_left = lease.is_some() || status == ExecutionStatus::Running;
                self.driver.take().filter(|_| is_left).map(|driver| self.left(id, driver, sign))
            }
        })
    }

    /// This runner lives; news, if another one was said to drive, or none.
    fn drives(&mut self, lease: LeaseRecord) -> Option<News> {
        let is_known = self.driver.as_ref().is_some_and(|driver| driver.epoch == lease.epoch);
        self.driver = Some(lease.clone());
        (!is_known).then(|| News::driven(lease.holder))
    }

    fn left(&self, id: &str, driver: LeaseRecord, sign: Sign) -> News {
        let reason = match sign {
            Sign::Silent => {
                format!("has given no sign of life for {}", words::duration(self.ttl))
            }
            Sign::Stopped | Sign::Lives => "was stopped".to_owned(),
        };
        News::left(driver.holder, reason, Next::resume(id))
    }
}
