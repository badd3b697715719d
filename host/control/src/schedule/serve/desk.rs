//! What a service remembers from one look to the next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::store::Store;

use super::Told;
use super::metrics::Snapshot;
use super::threads::Done;
use super::watch::Watch;
use crate::clocks::SystemClock;
use crate::environment::Environment;
use crate::error::{CommandError, Result};
use crate::list::Line;
use crate::schedule::decide::Decision;
use crate::schedule::history::Outcome;
use crate::schedule::kept::Kept;
use crate::schedule::left::{Of, Verdict};
use crate::schedule::progress::Waiting;
use crate::schedule::served::{Beat, Seen};
use crate::whoami;

/// What is met at each look is said again after so long.
const COMPLAINS: Duration = Duration::from_mins(10);

/// Whether a thread goes through a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// One does now.
    Goes,
    /// This time is due, and all places are taken.
    IsFull(Timestamp),
    /// There is nothing to do now.
    NotNow,
}

/// What it remembers.
pub(super) struct Desk {
    pub(super) clock: SystemClock,
    pub(super) holder: String,
    pub(super) since: Timestamp,
    pub(super) seen: Seen,
    pub(super) beat: Option<Beat>,
    /// When it gave its last sign of life.
    pub(super) beaten: Option<Duration>,
    pub(super) news: u64,
    /// When the next start is due, if that is soon.
    pub(super) due: Option<Timestamp>,
    /// The schedules that a thread goes through.
    busy: BTreeSet<String>,
    /// The executions that a thread drives.
    pub(super) driving: BTreeSet<String>,
    /// What waits, and when it was looked at last.
    waits: BTreeMap<String, (Waiting, Duration)>,
    pub(super) looked_for_left: Option<Duration>,
    pub(super) carried: Option<Duration>,
    pub(super) is_carrying: bool,
    /// The versions of the schedules.
    known: Option<BTreeMap<String, u64>>,
    /// What it has seen of executions that are not over.
    pub(super) watch: Watch,
    /// What was complained of last, and when.
    complained: BTreeMap<String, (String, Duration)>,
    /// When all went well last.
    looked: Option<Timestamp>,
    other: Option<String>,
    snapshot: Snapshot,
}

impl Desk {
    pub(super) fn new(environment: &Environment) -> Desk {
        let clock = SystemClock::new();
        Desk {
            clock,
            holder: whoami::holder(environment),
            since: clock.now(),
            seen: Seen::default(),
            beat: None,
            beaten: None,
            news: 0,
            due: None,
            busy: BTreeSet::new(),
            driving: BTreeSet::new(),
            waits: BTreeMap::new(),
            looked_for_left: None,
            carried: None,
            is_carrying: false,
            known: None,
            watch: Watch::default(),
            complained: BTreeMap::new(),
            looked: None,
            other: None,
            snapshot: Snapshot { since: clock.now().as_second(), ..Snapshot::default() },
        }
    }

    /// How many threads are at work.
    pub(super) fn threads(&self) -> usize {
        self.busy.len() + self.driving.len() + usize::from(self.is_carrying)
    }

    /// What others may know.
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            serves: self.beat.is_some(),
            beat: self.beat.as_ref().map(|it| it.server.beat.as_second()),
            looked: self.looked.map_or(0, Timestamp::as_second),
            driving: self.driving.len(),
            waiting: self.waits.len(),
            ..self.snapshot.clone()
        }
    }

    /// A look went well.
    pub(super) fn has_looked(&mut self) {
        self.looked = Some(self.clock.now());
    }

    /// Something has failed, and is attempted again.
    pub(super) fn failed(&mut self, what: String, error: CommandError, tell: &mut dyn FnMut(Told)) {
        self.snapshot.failures += 1;
        tell(Told::Failed(what, error));
    }

    /// The same of what is met at each look: it is said again only after a while, or when it says something else.
    pub(super) fn complains(
        &mut self,
        what: String,
        error: CommandError,
        tell: &mut dyn FnMut(Told),
    ) {
        let now = self.clock.monotonic();
        let was_said = self.complained.get(&what).is_some_and(|(message, at)| {
            *message == error.message && now.saturating_sub(*at) < COMPLAINS
        });
        if !was_said {
            self.complained.insert(what.clone(), (error.message.clone(), now));
            self.failed(what, error, tell);
        }
    }

    /// What is to become of an execution that is not over.
    pub(super) async fn verdict(
        &mut self,
        store: &dyn Store,
        line: &Line,
        (schedule, now, ttl): (Of<'_>, Timestamp, Duration),
    ) -> Result<Verdict> {
        if self.driving.contains(&line.execution) {
            return Ok(Verdict::NotYet);
        }
        let clocks = (now, self.clock.monotonic(), ttl);
        self.watch.verdict(store, (line, schedule), clocks).await
    }

    pub(super) fn count(&mut self, schedules: usize, next: Option<Timestamp>) {
        (self.snapshot.schedules, self.snapshot.next) = (schedules, next.map(Timestamp::as_second));
    }

    /// Whether something is to be done that is done so often; if so, it was just now.
    pub(super) fn is_time(
        &mut self,
        last: impl FnOnce(&mut Desk) -> &mut Option<Duration>,
        every: Duration,
    ) -> bool {
        let now = self.clock.monotonic();
        let last = last(self);
        let is_time = last.is_none_or(|last| now.saturating_sub(last) >= every);
        if is_time {
            *last = Some(now);
        }
        is_time
    }

    /// Another process serves.
    pub(super) fn stands_by(&mut self, other: Option<String>, tell: &mut dyn FnMut(Told)) {
        if other.is_some() && self.other != other {
            tell(Told::StandsBy(other.clone().unwrap_or_default()));
        }
        self.other = other.or_else(|| self.other.take());
        self.snapshot.led_since = None;
    }

    /// It serves.
    pub(super) fn serves(&mut self, now: Timestamp, tell: &mut dyn FnMut(Told)) {
        if self.snapshot.led_since.is_none() {
            tell(Told::Serves);
            self.snapshot.led_since = Some(now.as_second());
            (self.other, self.known) = (None, None);
        }
    }

    /// The schedules that there are.
    pub(super) fn knows(&mut self, all: &[Kept], tell: &mut dyn FnMut(Told)) {
        let known = all.iter().map(|kept| (kept.terms.schedule.name.clone(), kept.version));
        let known: BTreeMap<String, u64> = known.collect();
        if self.known.as_ref() != Some(&known) {
            tell(Told::Schedules(known.len()));
            // What a person has changed may hold no more.
            self.waits.clear();
            self.known = Some(known);
        }
    }

    /// Whether a thread is to go through a schedule now, of which this is to be decided; if so, one does.
    pub(super) fn may_go(
        &mut self,
        schedule: &str,
        decisions: &[Decision],
        (at_once, again): (usize, Duration),
    ) -> Place {
        let Some(last) = decisions.last().filter(|_| !self.busy.contains(schedule)) else {
            if decisions.is_empty() {
                self.waits.remove(schedule);
            }
            return Place::NotNow;
        };
        let now = self.clock.monotonic();
        let was_looked_at = self.waits.get(schedule).is_some_and(|(waiting, at)| {
            waiting.time == last.time() && now.saturating_sub(*at) < again
        });
        let is_only_open = decisions.len() == 1 && last.is_open();
        if is_only_open && was_looked_at {
            return Place::NotNow;
        }
        let is_full = last.is_open() && self.busy.len() + self.driving.len() >= at_once;
        if is_full {
            return Place::IsFull(last.time());
        }
        self.busy.insert(schedule.to_owned());
        Place::Goes
    }

    /// A thread goes through a schedule, of which nothing begins now.
    pub(super) fn goes(&mut self, schedule: &str) {
        self.busy.insert(schedule.to_owned());
    }

    /// Whether a thread is to go on with an execution that no runner drives; if so, one does.
    pub(super) fn takes(
        &mut self,
        execution: &str,
        schedule: Option<&Kept>,
        at_once: usize,
    ) -> bool {
        let is_begun_now =
            schedule.is_some_and(|kept| self.busy.contains(&kept.terms.schedule.name));
        let is_full = self.busy.len() + self.driving.len() >= at_once;
        !is_begun_now && !is_full && self.driving.insert(execution.to_owned())
    }

    /// Hears what the threads have done.
    pub(super) fn hear(&mut self, threads: &Receiver<Done>, tell: &mut dyn FnMut(Told)) {
        while let Ok(done) = threads.try_recv() {
            match done {
                Done::Went { schedule, went: Err(error), .. } => {
                    self.busy.remove(&schedule);
                    self.snapshot.failures += 1;
                    tell(Told::Failed(schedule, error));
                }
                Done::Went { schedule, went: Ok((entries, waiting)), drives } => {
                    self.busy.remove(&schedule);
                    self.driving.extend(drives);
                    for entry in entries {
                        self.became(&entry.terms.outcome);
                        tell(Told::Became(entry));
                    }
                    self.waits(schedule, waiting, tell);
                }
                Done::Drove { execution, drove } => {
                    self.driving.remove(&execution);
                    match drove {
                        Ok(status) => tell(Told::Ended(execution, status)),
                        Err(error) => {
                            self.snapshot.failures += 1;
                            tell(Told::Failed(execution, error));
                        }
                    }
                }
                Done::Carried(carried) => {
                    self.is_carrying = false;
                    if let Err(error) = carried {
                        self.snapshot.failures += 1;
                        tell(Told::Failed("what is owed".to_owned(), error));
                    }
                }
            }
        }
    }

    fn waits(&mut self, schedule: String, waiting: Option<Waiting>, tell: &mut dyn FnMut(Told)) {
        let Some(waiting) = waiting else {
            self.waits.remove(&schedule);
            return;
        };
        let at = self.clock.monotonic();
        let before = self.waits.insert(schedule.clone(), (waiting.clone(), at));
        let is_news = before
            .is_none_or(|(before, _)| (before.time, &before.why) != (waiting.time, &waiting.why));
        if is_news {
            tell(Told::Waits(schedule, waiting));
        }
    }

    fn became(&mut self, outcome: &Outcome) {
        let counted = match outcome {
            Outcome::Started { .. } => &mut self.snapshot.started,
            Outcome::Missed { .. } => &mut self.snapshot.missed,
            Outcome::Held { .. } => &mut self.snapshot.held,
            Outcome::Skipped { .. } => &mut self.snapshot.skipped,
            Outcome::Failed { .. } => &mut self.snapshot.refused,
            Outcome::Starting => return,
        };
        *counted += 1;
    }
}
