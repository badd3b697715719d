//! One round of a schedule: what is decided is written, and what is due is started, once, whichever processes go
//! through it at the same moment, and wherever one of them dies.
//!
//! 1. The start of a time is claimed: its entry in the history is written if there is none.
//! 2. It begins: its execution is created under the id of the time, if there is none.
//! 3. The entry says so, if it is still as it was claimed; only then it is driven.
//! 4. Where it was missed, receivers are told: their queue has it once, under the key of the time.
//! 5. The progress of the schedule moves on.
//!
//! That a time is held is told as it begins to be: the progress says so first, then the queue has it, then the progress
//! says that.
//!
//! A process that dies leaves a claim, which the next one takes further. One that was taken for dead, and had begun the
//! execution meanwhile, finds in step 3 that its time was given up, and drives nothing.

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::store::{Documents, StoreError};

use super::clock;
use super::decide::{Decision, Known, decide};
use super::declared::Schedule;
use super::history::{Entry, Outcome};
use super::progress::{Held, Progress, Terms, Waiting};
use super::telling::Telling;
use crate::error::Result;

/// What begins executions, and knows of those that have begun.
#[async_trait(?Send)]
pub trait Begins {
    /// What a start leaves for its drive.
    type Begun;

    /// The execution of an earlier start that is not over.
    async fn running(&self, schedule: &Schedule, progress: &Progress) -> Result<Option<String>>;

    /// Why nothing may start now; `None`: it may.
    async fn hold(&self, schedule: &Schedule, progress: &Progress) -> Result<Option<String>>;

    /// The execution of a time, if it has begun.
    async fn begun(&self, schedule: &Schedule, time: Timestamp) -> Result<Option<String>>;

    /// Begins the execution of a time, or finds that it has begun.
    async fn begin(&self, schedule: &Schedule, time: Timestamp) -> Result<Beginning<Self::Begun>>;

    /// Gives up what has begun for a time, which counts as missed by now.
    async fn give_up(&self, begun: Self::Begun, why: &str) -> Result<()>;
}

/// What the beginning of an execution has come to.
pub enum Beginning<B> {
    /// It has begun, now or before.
    Begun {
        /// Its id.
        execution: String,
        /// How it has ended, for what leaves no execution.
        ended: String,
        /// What is to be driven here; `None`: nothing.
        begun: Option<B>,
    },
    /// It may not begin now.
    Held(String),
    /// It can never begin.
    Refused(String),
}

/// What came of a round.
pub struct Came<B> {
    /// What was written into the history.
    pub entries: Vec<Entry>,
    /// What waits.
    pub waiting: Option<Waiting>,
    /// What is to be driven here now.
    pub begun: Option<B>,
}

/// The places of a round.
pub struct Round<'r, B: Begins> {
    /// Where the documents are.
    pub store: &'r dyn Documents,
    /// What begins.
    pub begins: &'r B,
    /// Since when the times of the schedule are what they are.
    pub since: Timestamp,
    /// The process.
    pub by: &'r str,
    /// The time.
    pub now: Timestamp,
    /// What tells of times that were missed, or are held.
    pub telling: Telling<'r>,
}

impl<B: Begins> Round<'_, B> {
    /// Goes through a schedule once.
    pub async fn go(&self, schedule: &Schedule) -> Result<Came<B::Begun>> {
        let mut progress = Progress::of(self.store, &schedule.name).await?;
        if let Some(doubt) = clock::doubt(&progress, self.since, self.now) {
            return Err(doubt);
        }
        progress = self.tell_held(schedule, progress).await?;
        let mut came = Came { entries: Vec::new(), waiting: None, begun: None };
        let first = self.decide(schedule, &progress, (None, None));
        let is_open = first.last().is_some_and(Decision::is_open);
        // What is over is written first: an earlier time may turn out to have begun, and to run.
        let mut is_held = false;
        for decision in first.into_iter().filter(|it| !it.is_open()) {
            progress = self.carry_out(schedule, (progress, decision, is_held), &mut came).await?;
        }
        // What holds it is asked only when that matters: it may be a question to AWS.
        if is_open {
            let running = self.begins.running(schedule, &progress).await?;
            let hold = match running {
                None => self.begins.hold(schedule, &progress).await?,
                Some(_) => None,
            };
            is_held = hold.is_some();
            let known = (running.as_deref(), hold.as_deref());
            for decision in self.decide(schedule, &progress, known) {
                progress =
                    self.carry_out(schedule, (progress, decision, is_held), &mut came).await?;
            }
        }
        came.waiting = progress.terms.waiting;
        Ok(came)
    }

    /// Does what is decided about a time. Returns how far the schedule is then.
    async fn carry_out(
        &self,
        schedule: &Schedule,
        (progress, decision, is_held): (Progress, Decision, bool),
        came: &mut Came<B::Begun>,
    ) -> Result<Progress> {
        let entry = match decision {
            Decision::Skip(time, why) => {
                self.note(schedule, time, Outcome::Skipped { why }).await?
            }
            Decision::Hold(time, why) => self.note(schedule, time, Outcome::Held { why }).await?,
            Decision::Miss { time, why, more } => {
                self.note(schedule, time, Outcome::Missed { why, more }).await?
            }
            Decision::Wait { time, why, is_queued } => {
                let waiting = Waiting { time, why, is_queued, since: self.now };
                return self.wait(schedule, &progress, (waiting, is_held)).await;
            }
            Decision::Start(time) => match self.start(schedule, time).await? {
                Ok((entry, begun)) => {
                    came.begun = begun;
                    entry
                }
                Err(why) => {
                    let waiting = Waiting { time, why, is_queued: false, since: self.now };
                    return self.wait(schedule, &progress, (waiting, true)).await;
                }
            },
        };
        self.telling.became(self.store, schedule, &entry, (self.by, self.now)).await?;
        let terms = progress.behind(&entry);
        came.entries.push(entry);
        Ok(progress.write(self.store, terms, (self.by, self.now)).await?)
    }

    fn decide(
        &self,
        schedule: &Schedule,
        progress: &Progress,
        (running, hold): (Option<&str>, Option<&str>),
    ) -> Vec<Decision> {
        let (decided, waiting) = (progress.terms.decided, progress.terms.waiting.as_ref());
        let since = self.since;
        decide(&Known { schedule, since, decided, waiting, hold, running }, self.now)
    }

    async fn wait(
        &self,
        schedule: &Schedule,
        progress: &Progress,
        (waiting, is_held): (Waiting, bool),
    ) -> Result<Progress> {
        let terms = progress.at(waiting, is_held);
        let progress = progress.write(self.store, terms, (self.by, self.now)).await?;
        self.tell_held(schedule, progress).await
    }

    /// Tells of the time that is held, or was, unless that was told.
    async fn tell_held(&self, schedule: &Schedule, progress: Progress) -> Result<Progress> {
        let untold = progress.terms.held.as_ref().filter(|held| !held.is_told);
        let Some(held) = untold.filter(|_| self.telling.has_receivers()).cloned() else {
            return Ok(progress);
        };
        let about = (held.time, held.why.as_str());
        self.telling.held(self.store, schedule, about, (self.by, self.now)).await?;
        let terms = Terms { held: Some(Held { is_told: true, ..held }), ..progress.terms.clone() };
        Ok(progress.write(self.store, terms, (self.by, self.now)).await?)
    }

    /// Writes what became of a time, unless that is known already; a claim of its start that led nowhere becomes it.
    async fn note(&self, schedule: &Schedule, time: Timestamp, outcome: Outcome) -> Result<Entry> {
        match self.first(schedule, time, outcome.clone()).await? {
            Ok(entry) => Ok(entry),
            Err(entry) if entry.terms.outcome.is_final() => Ok(entry),
            // Its process may have died just behind the beginning.
            Err(entry) => match self.begins.begun(schedule, time).await? {
                Some(execution) => {
                    let started = Outcome::Started { execution, ended: String::new() };
                    self.becomes(&entry, started).await
                }
                None => self.becomes(&entry, outcome).await,
            },
        }
    }

    /// Starts a time. The inner error: it may not start now.
    async fn start(
        &self,
        schedule: &Schedule,
        time: Timestamp,
    ) -> Result<Result<(Entry, Option<B::Begun>), String>> {
        let claim = match self.first(schedule, time, Outcome::Starting).await? {
            Err(entry) if entry.terms.outcome.is_final() => return Ok(Ok((entry, None))),
            Ok(entry) | Err(entry) => entry,
        };
        let (outcome, begun) = match self.begins.begin(schedule, time).await? {
            Beginning::Held(why) => return Ok(Err(why)),
            Beginning::Refused(why) => (Outcome::Failed { why }, None),
            Beginning::Begun { execution, ended, begun } => {
                (Outcome::Started { execution, ended }, begun)
            }
        };
        let is_started = matches!(outcome, Outcome::Started { .. });
        let entry = self.becomes(&claim, outcome).await?;
        if is_started && !matches!(entry.terms.outcome, Outcome::Started { .. }) {
            if let Some(begun) = begun {
                self.begins.give_up(begun, entry.terms.outcome.why()).await?;
            }
            return Ok(Ok((entry, None)));
        }
        Ok(Ok((entry, begun)))
    }

    /// The first entry of a time; the inner error: there is one already.
    async fn first(
        &self,
        schedule: &Schedule,
        time: Timestamp,
        outcome: Outcome,
    ) -> Result<Result<Entry, Entry>> {
        let (name, by) = (schedule.name.as_str(), (self.by, self.now));
        match Entry::first(self.store, (name, time), outcome, by).await {
            Ok(entry) => Ok(Ok(entry)),
            Err(error @ StoreError::Conflict { .. }) => {
                let found = Entry::of(self.store, name, time).await?;
                Ok(Err(found.ok_or(error)?))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The claim, of which this has become, or what another process has made of it meanwhile.
    async fn becomes(&self, claim: &Entry, outcome: Outcome) -> Result<Entry> {
        match claim.becomes(self.store, outcome, (self.by, self.now)).await {
            Ok(entry) => Ok(entry),
            Err(error @ StoreError::Conflict { .. }) => {
                let found = Entry::of(self.store, &claim.schedule, claim.time).await?;
                Ok(found.ok_or(error)?)
            }
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
