//! The looks of the process that serves, one after another.

use std::collections::BTreeMap;
use std::sync::mpsc::channel;
use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::store::{Document, StoreError};
use tokio::sync::watch;

use super::desk::{Desk, Place};
use super::metrics::Snapshot;
use super::rest;
use super::threads::Threads;
use crate::error::{CommandError, Result};
use crate::leases;
use crate::schedule::clock;
use crate::schedule::decide::{Known, decide};
use crate::schedule::history::Entry;
use crate::schedule::kept::Kept;
use crate::schedule::left::{self, Of, Verdict};
use crate::schedule::progress::{self, Progress, Waiting};
use crate::schedule::served::{BEAT, Beat, Server};
use crate::schedule::starter;
use crate::schedule::worker::Worker;
use crate::whoami;

/// It looks no more often.
const SHORTEST: Duration = Duration::from_millis(500);
/// What waits is looked at once more after so long: that may be a question to AWS.
const AGAIN: Duration = Duration::from_secs(30);
/// What is left to be driven is looked for so often.
const LEFT: Duration = Duration::from_secs(15);
/// What is owed is looked at so often.
const OWED: Duration = Duration::from_mins(1);

/// What a service tells.
#[derive(Clone, Debug)]
pub enum Told {
    /// It serves now.
    Serves,
    /// Another process serves.
    StandsBy(String),
    /// So many schedules are served, for the first time or anew.
    Schedules(usize),
    /// Something was written into the history.
    Became(Entry),
    /// A time is due, and waits.
    Waits(String, Waiting),
    /// It goes on with an execution that was left.
    GoesOn(String),
    /// What was driven has ended here, with this status.
    Ended(String, &'static str),
    /// Something has failed, and is attempted again later.
    Failed(String, CommandError),
    /// It was asked to stop, and so many threads are to stop first.
    Stops(usize),
}

/// A process that serves schedules.
pub struct Service {
    /// What its threads need.
    pub worker: Worker,
    /// So many executions are driven at once.
    pub at_once: usize,
    /// Becomes `true` when it is to stop.
    pub stop: watch::Receiver<bool>,
    /// What others may know of it.
    pub snapshot: watch::Sender<Snapshot>,
}

impl Service {
    /// Serves until it is told to stop, and all its threads have.
    pub async fn serve(&self, tell: &mut dyn FnMut(Told)) -> Result<()> {
        let (say, hear) = channel();
        let threads = Threads { worker: self.worker.clone(), stop: self.stop.clone(), say };
        let mut desk = Desk::new(&self.worker.environment);
        let mut stop = self.stop.clone();
        while !*stop.borrow() {
            desk.hear(&hear, tell);
            // A store that does not answer now is asked again.
            match self.look(&mut desk, &threads, tell).await {
                Ok(()) => desk.has_looked(),
                Err(error) => desk.failed("the store".to_owned(), error, tell),
            }
            self.snapshot.send_replace(desk.snapshot());
            tokio::select! {
                biased;
                _ = stop.wait_for(|is_asked| *is_asked) => {}
                () = self.pause(&mut desk) => {}
            }
        }
        tell(Told::Stops(desk.threads()));
        while desk.threads() > 0 {
            desk.clock.sleep(Duration::from_millis(50)).await;
            desk.hear(&hear, tell);
            // Its place is kept as long as it drives.
            let _ = self.beat(&mut desk, (0, None)).await;
        }
        if let Some(beat) = desk.beat.take() {
            let _ = beat.leave(self.worker.store.as_ref()).await;
        }
        Ok(())
    }

    /// Waits for news of the store, or until a start is due, or it is time to look in any case.
    async fn pause(&self, desk: &mut Desk) {
        let begun = desk.clock.monotonic();
        let longest = rest::until(desk.due, desk.clock.now());
        match self.worker.store.any_news(desk.news, &desk.clock, longest).await {
            Ok(version) => desk.news = version,
            Err(_) => desk.clock.sleep(longest).await,
        }
        let took = desk.clock.monotonic().saturating_sub(begun);
        desk.clock.sleep(SHORTEST.saturating_sub(took)).await;
    }

    async fn look(
        &self,
        desk: &mut Desk,
        threads: &Threads,
        tell: &mut dyn FnMut(Told),
    ) -> Result<()> {
        let now = desk.clock.now();
        let (mut all, mut names) = (Vec::new(), Vec::new());
        for (name, kept) in Kept::each(self.worker.store.as_ref()).await? {
            let kept = kept.map_err(|error| desk.complains(name.clone(), error, tell)).ok();
            all.extend(kept.clone());
            names.push((name, kept));
        }
        let running = all.iter().filter(|kept| kept.terms.paused.is_none());
        let next = running.filter_map(|kept| next(kept, now)).min();
        desk.count(all.len(), next);
        desk.due = rest::due(&all, now);
        if !self.beat(desk, (all.len(), next)).await? {
            let other = Beat::last(self.worker.store.as_ref()).await?;
            desk.stands_by(other.map(|it| it.server.holder), tell);
            return Ok(());
        }
        desk.serves(now, tell);
        desk.knows(&all, tell);
        self.start(desk, &all, (now, threads), tell).await?;
        if desk.is_time(|desk| &mut desk.looked_for_left, LEFT) {
            self.go_on(desk, &names, (now, threads), tell).await?;
        }
        if !desk.is_carrying && desk.is_time(|desk| &mut desk.carried, OWED) {
            desk.is_carrying = true;
            threads.carry_out();
        }
        Ok(())
    }

    /// Goes on with what no runner drives. One of which something cannot be seen does not stop the others.
    async fn go_on(
        &self,
        desk: &mut Desk,
        all: &[(String, Option<Kept>)],
        (now, threads): (Timestamp, &Threads),
        tell: &mut dyn FnMut(Told),
    ) -> Result<()> {
        let store = self.worker.store.as_ref();
        let ttl = leases::ttl(&self.worker.environment, &self.worker.settings)?;
        let lines = left::open(store, None).await?;
        desk.watch.keep(&lines);
        for line in lines {
            let of = Of::line(&line, all);
            let (schedule, id) = (of.kept(), line.execution.clone());
            let verdict = match desk.verdict(store, &line, (of, now, ttl)).await {
                Ok(verdict) => verdict,
                Err(error) => {
                    desk.complains(id, error, tell);
                    continue;
                }
            };
            let give_up = match verdict {
                Verdict::NotYet => continue,
                Verdict::Goes => None,
                Verdict::GivenUp(give_up) => Some(give_up),
            };
            if desk.takes(&id, schedule, self.at_once) {
                tell(Told::GoesOn(id.clone()));
                threads.go_on(schedule.cloned(), id, give_up);
            }
        }
        Ok(())
    }

    /// Gives a sign of life, or looks whether the place has become free. Returns whether this process serves.
    async fn beat(
        &self,
        desk: &mut Desk,
        (schedules, next): (usize, Option<Timestamp>),
    ) -> Result<bool> {
        let store = self.worker.store.as_ref();
        let monotonic = desk.clock.monotonic();
        let is_fresh = desk.beaten.is_some_and(|at| monotonic.saturating_sub(at) < BEAT);
        if desk.beat.is_some() && is_fresh {
            return Ok(true);
        }
        if desk.beat.is_none() {
            let last = Beat::last(store).await?;
            if !desk.seen.is_free(last.as_ref(), monotonic) {
                return Ok(false);
            }
            desk.beat = last;
        }
        let (holder, since, beat) = (desk.holder.clone(), desk.since, desk.clock.now());
        let driving = desk.driving.iter().cloned().collect();
        let server = Server { holder, since, beat, schedules, driving, next };
        match Beat::give(store, desk.beat.as_ref(), server).await {
            Ok(given) => {
                (desk.beat, desk.beaten) = (Some(given), Some(monotonic));
                Ok(true)
            }
            Err(StoreError::Conflict { .. }) => {
                (desk.beat, desk.beaten) = (None, None);
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes that a time is due, and waits for a place in this process: what is never started for want of one was held
    /// for that reason.
    async fn queues(&self, progress: &Progress, time: Timestamp, now: Timestamp) -> Result<()> {
        if let Some(terms) = queued(progress, time, (self.at_once, now)) {
            let by = whoami::holder(&self.worker.environment);
            progress.write(self.worker.store.as_ref(), terms, (&by, now)).await?;
        }
        Ok(())
    }

    /// Starts a thread for each schedule of which something is to be decided.
    async fn start(
        &self,
        desk: &mut Desk,
        all: &[Kept],
        (now, threads): (Timestamp, &Threads),
        tell: &mut dyn FnMut(Told),
    ) -> Result<()> {
        let found = self.worker.store.documents(progress::KIND, "").await?;
        // One that cannot be read is said by the thread that goes through its schedule.
        let read = |document: Document| {
            let terms = serde_json::from_value(document.body).ok()?;
            let (schedule, version) = (document.name.clone(), document.version);
            Some((document.name, Progress { schedule, version, terms }))
        };
        let mut found: BTreeMap<String, Progress> = found.into_iter().filter_map(read).collect();
        for kept in all {
            let schedule = &kept.terms.schedule;
            let progress = found.remove(&schedule.name).unwrap_or_else(|| Progress {
                schedule: schedule.name.clone(),
                version: 0,
                terms: progress::Terms::default(),
            });
            if let Some(doubt) = clock::doubt(&progress, kept.terms.since(), now) {
                desk.complains(schedule.name.clone(), doubt, tell);
                continue;
            }
            let terms = &progress.terms;
            let (since, decided, waiting) =
                (kept.terms.since(), terms.decided, terms.waiting.as_ref());
            let known = Known { schedule, since, decided, waiting, hold: None, running: None };
            let decisions = decide(&known, now);
            match desk.may_go(&schedule.name, &decisions, (self.at_once, AGAIN)) {
                Place::Goes => threads.go(kept.clone()),
                Place::IsFull(time) => {
                    // Where the one before is not over, nothing begins: that is decided without a place.
                    let running = starter::running(self.worker.store.as_ref(), &progress).await;
                    match running {
                        Ok(None) => self.queues(&progress, time, now).await?,
                        Ok(Some(_)) => {
                            desk.goes(&schedule.name);
                            threads.go(kept.clone());
                        }
                        Err(error) => desk.complains(schedule.name.clone(), error, tell),
                    }
                }
                Place::NotNow => {}
            }
        }
        Ok(())
    }
}

/// What is written of a time that waits for a place in this process, unless that is written already.
fn queued(
    progress: &Progress,
    time: Timestamp,
    (at_once, now): (usize, Timestamp),
) -> Option<progress::Terms> {
    if progress.terms.waiting.as_ref().is_some_and(|it| it.time == time && it.is_queued) {
        return None;
    }
    let why = format!(
        "the process that serves drives {at_once} executions already, and not more at once"
    );
    let terms = progress.at(Waiting { time, why, is_queued: false, since: now }, true);
    Some(terms).filter(|terms| *terms != progress.terms)
}

/// The next time of a schedule.
fn next(kept: &Kept, now: Timestamp) -> Option<Timestamp> {
    let schedule = &kept.terms.schedule;
    schedule.times(now).take(LOOKED_AT).find_map(|time| time.moment())
}

/// So many times are looked at for the next one that exists.
const LOOKED_AT: usize = 1_000;
