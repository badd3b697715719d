//! Telling receivers of a time of a schedule that was missed, or is held: an event in the queue of the store, under a key
//! that follows from schedule and time. Which process notices makes no difference, and none tells it twice.
//!
//! Receivers belong to the machine: those are told that the process which notices knows of.

use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::store::{Documents, StoreError};

use super::declared::Schedule;
use super::history::{Entry, Outcome};
use crate::next::Next;
use crate::notify::queue::{By, Item};
use crate::notify::round::Post;
use crate::notify::{Event, Receiver, What};
use crate::operator::Operator;
use crate::runner::telling::wire;
use crate::words;

/// What tells of the times of one schedule.
#[derive(Clone, Copy)]
pub struct Telling<'t> {
    /// The receivers.
    pub receivers: &'t [Receiver],
    /// How a step is typed.
    pub words: &'t dyn Fn(&Next) -> String,
    /// The name of the runbook: it is asked for only where something is told.
    pub runbook: &'t dyn Fn() -> String,
}

impl Telling<'_> {
    /// Whether there is a receiver at all.
    pub fn has_receivers(&self) -> bool {
        !self.receivers.is_empty()
    }

    /// Tells what became of a time, where it was missed or could not be started.
    pub async fn became(
        &self,
        store: &dyn Documents,
        schedule: &Schedule,
        entry: &Entry,
        by: (&str, Timestamp),
    ) -> Result<(), StoreError> {
        let why = match &entry.terms.outcome {
            Outcome::Missed { why, more: 0 } => why.clone(),
            Outcome::Missed { why, more } => {
                let more = usize::try_from(*more).unwrap_or(usize::MAX);
                format!("{why}; {} before it as well", words::count(more, "time"))
            }
            Outcome::Failed { why } => format!("it could not be started: {why}"),
            _ => return Ok(()),
        };
        self.tell(store, schedule, What::Missed, (entry.time, &why), by).await
    }

    /// Tells that a time is held.
    pub async fn held(
        &self,
        store: &dyn Documents,
        schedule: &Schedule,
        held: (Timestamp, &str),
        by: (&str, Timestamp),
    ) -> Result<(), StoreError> {
        self.tell(store, schedule, What::Held, held, by).await
    }

    async fn tell(
        &self,
        store: &dyn Documents,
        schedule: &Schedule,
        what: What,
        (time, why): (Timestamp, &str),
        (teller, at): (&str, Timestamp),
    ) -> Result<(), StoreError> {
        if self.receivers.is_empty() {
            return Ok(());
        }
        let command = (self.words)(&Next::ScheduleHistory { schedule: schedule.name.clone() });
        let runbook = (self.runbook)();
        let event = Event::of_schedule(what, (schedule, &runbook), (time, at), why, command);
        for receiver in self.receivers.iter().filter(|it| it.wants(&event)) {
            Item::queue(store, &receiver.name, &event, By { teller, at }).await?;
        }
        Ok(())
    }
}

/// Sends what waits for the receivers of an operator, once, and for so long at most: what is left stays in the queue.
pub async fn send(
    operator: &Operator,
    (teller, clock): (&str, &dyn Clock),
    longest: Duration,
) -> Result<(), StoreError> {
    let receivers = &operator.settings.receivers;
    if receivers.is_empty() {
        return Ok(());
    }
    let (store, wire) = (operator.store.as_ref(), wire(operator));
    let post = Post { store, clock, wire: &wire, teller };
    let told = futures_util::future::join_all(receivers.iter().map(|it| post.tell(it)));
    tokio::select! {
        told = told => told.into_iter().try_for_each(|came| came.map(drop)),
        () = clock.sleep(longest) => Ok(()),
    }
}
