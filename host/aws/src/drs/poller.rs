//! Waits for jobs: one `DescribeJobs` per tick and Region, however many calls wait for how many jobs.
//!
//! Nothing runs in the background. The calls that wait take turns at a lock: its holder sleeps until the
//! next tick is due, asks about every job that a call waits for, and lets go; the others wake, look
//! at what was learned, and queue again. A lane that is cancelled while it holds the lock just drops
//! it, and the next one goes on.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_drs::Client;
use aws_sdk_drs::types::Job;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{EffectError, Sight};
use tokio::sync::{Mutex, Notify};

use super::cadence::{FIRST_LOOK, calmed};
use super::lookup::jobs_by_id;
use super::watch::{Look, Watched};
use crate::aws_time::AwsTime;
use crate::jitter::Jitter;
use crate::poll::{BUSY_FOR, is_for_the_door};

/// How many jobs `DescribeJobs` takes in one filter.
const JOBS_PER_CALL: usize = 1000;

/// All waiting for jobs in this process.
pub(crate) struct JobPoller {
    clock: Arc<dyn Clock>,
    time: AwsTime,
    jitter: RefCell<Jitter>,
    regions: RefCell<HashMap<String, Rc<Region>>>,
}

/// The waiting in one Region.
#[derive(Default)]
struct Region {
    watched: RefCell<Watched>,
    /// Held by the wait that makes the next call.
    turn: Mutex<()>,
    /// How many calls were made.
    ticks: Cell<u64>,
    /// When the next call is due, on the monotonic clock.
    due: Cell<Duration>,
    /// Another call joined, and `due` may have changed.
    joined: Notify,
    /// Throttles and other failures since the last answer.
    failures: Cell<u32>,
    /// When the first of these calls was made.
    failing_since: Cell<Duration>,
    /// The last of them.
    last_failure: RefCell<Option<EffectError>>,
    /// Why waiting is pointless, if the last call said so.
    hopeless: RefCell<Option<EffectError>>,
}

impl JobPoller {
    pub(crate) fn new(clock: Arc<dyn Clock>, time: AwsTime, seed: u64) -> JobPoller {
        let (jitter, regions) = (RefCell::new(Jitter::new(seed)), RefCell::default());
        JobPoller { clock, time, jitter, regions }
    }

    /// Returns the jobs named by `ids`, in that order, once all of them have ended. `drs` is a client
    /// of `region` that does not retry: repeating is what this is about. `sight` is told whether they are seen.
    pub(crate) async fn ended(
        &self,
        region: &str,
        drs: &Client,
        ids: &[String],
        sight: &Sight,
    ) -> Result<Vec<Job>, EffectError> {
        let clock = &*self.clock;
        let region = Rc::clone(self.regions.borrow_mut().entry(region.to_owned()).or_default());
        let _presence = Presence::enter(&region, ids, clock.monotonic());
        loop {
            if let Some(jobs) = region.watched.borrow().all_ended(ids) {
                return Ok(jobs);
            }
            let ticks = region.ticks.get();
            let turn = region.turn.lock().await;
            if region.ticks.get() == ticks {
                self.tick(&region, drs).await;
            }
            drop(turn);
            region.tell(sight);
            if let Some(error) = region.hopeless.borrow().clone() {
                return Err(error);
            }
            region.watched.borrow().check_existence(ids, clock.monotonic())?;
        }
    }

    /// What keeps the jobs of a Region from being seen right now, if anything does.
    pub(crate) fn failure(&self, region: &str) -> Option<EffectError> {
        let regions = self.regions.borrow();
        let region = regions.get(region).filter(|it| it.failures.get() > 0)?;
        region.last_failure.borrow().clone().filter(|error| error.unavailable.is_some())
    }

    /// Waits until a call is due, makes it, and decides when the next one is.
    async fn tick(&self, region: &Region, drs: &Client) {
        let clock = &*self.clock;
        region.until_due(clock).await;
        let ids = region.watched.borrow_mut().look();
        let asked = clock.monotonic();
        let answer = describe(drs, ids).await;
        let now = clock.monotonic();
        region.learn(answer, asked, now);
        let interval = region.watched.borrow().interval(self.time.now(), now);
        let pause = self.jitter.borrow_mut().around(calmed(interval, region.failures.get()));
        region.due.set(now + pause);
        region.ticks.set(region.ticks.get() + 1);
    }
}

impl Region {
    async fn until_due(&self, clock: &dyn Clock) {
        loop {
            let pause = self.due.get().saturating_sub(clock.monotonic());
            if pause.is_zero() {
                return;
            }
            tokio::select! {
                () = clock.sleep(pause) => {}
                () = self.joined.notified() => {}
            }
        }
    }

    fn learn(&self, answer: Result<Look, EffectError>, asked: Duration, now: Duration) {
        let error = match answer {
            Ok(look) => {
                self.watched.borrow_mut().learn(look, now);
                self.failures.set(0);
                self.hopeless.replace(None);
                return;
            }
            Err(error) => error,
        };
        if self.failures.get() == 0 {
            self.failing_since.set(asked);
        }
        self.failures.set(self.failures.get() + 1);
        self.last_failure.replace(Some(error.clone()));
        let patient = now.saturating_sub(self.failing_since.get()) < patience_for(&error);
        let hopeless = Some(error).filter(|_| !patient);
        self.hopeless.replace(hopeless);
    }

    /// Tells a call that waits whether the jobs of the Region are seen.
    fn tell(&self, sight: &Sight) {
        if self.failures.get() == 0 {
            sight.seen();
        } else {
            sight.look(self.failing_since.get());
        }
    }
}

/// How long failures may last before the door takes the waiting over.
fn patience_for(error: &EffectError) -> Duration {
    let is_busy = error.unavailable.is_some() || error.retryable;
    if is_busy && !is_for_the_door(error) { BUSY_FOR } else { Duration::ZERO }
}

/// One call that waits. Ends with the wait, however that ends.
struct Presence<'a> {
    region: &'a Region,
    ids: &'a [String],
}

impl<'a> Presence<'a> {
    fn enter(region: &'a Region, ids: &'a [String], now: Duration) -> Presence<'a> {
        let first_look = now + FIRST_LOOK;
        if region.watched.borrow().is_empty() {
            region.failures.set(0);
            region.due.set(first_look);
        } else if region.failures.get() == 0 {
            region.due.set(region.due.get().min(first_look));
        }
        region.watched.borrow_mut().enter(ids, now);
        region.joined.notify_one();
        Presence { region, ids }
    }
}

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        self.region.watched.borrow_mut().leave(self.ids);
    }
}

/// Asks about jobs. One id that DRS does not take fails the whole call: the halves are asked about by
/// themselves, until the one that it is stands alone.
async fn describe(drs: &Client, ids: Vec<String>) -> Result<Look, EffectError> {
    let mut look = Look::default();
    let mut groups: Vec<Vec<String>> = ids.chunks(JOBS_PER_CALL).map(<[_]>::to_vec).collect();
    while let Some(mut ids) = groups.pop() {
        match jobs_by_id(drs, ids.clone()).await {
            Ok(jobs) => look.jobs.extend(jobs),
            Err(error) if is_about_ids(&error) => match ids.len() {
                1 => look.refused.extend(ids.pop().map(|id| (id, error.message))),
                several => {
                    groups.push(ids.split_off(several / 2));
                    groups.push(ids);
                }
            },
            Err(error) => return Err(error),
        }
    }
    Ok(look)
}

fn is_about_ids(error: &EffectError) -> bool {
    matches!(error.code.as_str(), "ValidationException" | "ResourceNotFoundException")
}
