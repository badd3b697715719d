//! Telling a receiver what waits for it, in order.
//!
//! A receiver that is away, or that wants to be left alone, holds up all that is for it: it is asked again after a pause
//! that grows, and is not flooded when it comes back. One that refuses an event holds up only that. Other receivers
//! know nothing of either.

use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::store::{Store, StoreError};

use super::queue::{By, Item, Standing};
use super::receiver::Receiver;
use super::sender::{Trouble, Wire};
use crate::words;

/// The first pause before an event is attempted again.
const FIRST: Duration = Duration::from_secs(1);
/// No pause is longer, unless the receiver asks for it.
const LONGEST: Duration = Duration::from_mins(5);
/// A receiver that asks for more is asked again all the same.
const LONGEST_ASKED: Duration = Duration::from_hours(1);
/// So long a receiver is waited for that is away.
pub const BUDGET: Duration = Duration::from_hours(24);
/// So often an event is attempted that is refused.
const REFUSALS: u32 = 3;
/// The pause before one that was refused is attempted again.
const AFTER_REFUSAL: Duration = Duration::from_mins(1);
/// The pause before a look at what another teller is at.
const BESIDE: Duration = Duration::from_secs(1);
/// Whatever the wire does, an attempt takes no longer: less than a claim holds.
const ATTEMPT: Duration = Duration::from_secs(75);

/// What tells receivers.
pub struct Post<'p> {
    /// Where the queue is.
    pub store: &'p dyn Store,
    /// Whose time it is.
    pub clock: &'p dyn Clock,
    /// How they are reached.
    pub wire: &'p dyn Wire,
    /// The teller's name, different for each process and thread.
    pub teller: &'p str,
}

/// What telling a receiver has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// How many events it has taken.
    pub told: usize,
    /// How many were given up.
    pub given_up: usize,
    /// How many wait.
    pub left: usize,
    /// How long until one of those is attempted next.
    pub next: Option<Duration>,
    /// Whether all waits for that one: nothing that comes in addition is attempted before.
    pub is_held: bool,
    /// What it said last when it took nothing.
    pub trouble: String,
}

impl Post<'_> {
    /// Tells a receiver all that is due, once.
    pub async fn tell(&self, receiver: &Receiver) -> Result<Came, StoreError> {
        let all = Item::all(self.store, Some(&receiver.name)).await?;
        for old in all.iter().filter(|it| it.is_old(self.by())) {
            old.forget(self.store, self.by()).await?;
        }
        let waits = |it: &Item| it.terms.standing == Standing::Waits;
        let mut waiting: Vec<Item> = all.into_iter().filter(waits).collect();
        let mut came = Came::default();
        self.give_up_late(&mut waiting, &mut came).await?;
        came.left = waiting.len();
        let now = self.clock.now();
        let held = waiting.iter().filter(|it| it.terms.holds && it.terms.next_at > now);
        if let Some(until) = held.map(|it| it.terms.next_at).max() {
            came.next = Some(words::between(now, until));
            came.is_held = true;
            return Ok(came);
        }
        for item in waiting {
            if self.attempt(receiver, &item, &mut came).await? {
                came.is_held = true;
                break;
            }
        }
        Ok(came)
    }

    /// Attempts one, if it is due. Returns whether all others wait for it.
    async fn attempt(
        &self,
        receiver: &Receiver,
        item: &Item,
        came: &mut Came,
    ) -> Result<bool, StoreError> {
        let by = self.by();
        if item.is_claimed(by) {
            // It is told at this moment, or its teller was killed. What follows stays behind it.
            came.wait(BESIDE);
            return Ok(true);
        }
        if !item.is_due(by) {
            came.wait(words::between(by.at, item.terms.next_at));
            return Ok(false);
        }
        let Some(item) = item.claim(self.store, by).await? else {
            came.wait(BESIDE);
            return Ok(true);
        };
        let trouble = match self.told(receiver, &item, by.at).await {
            Ok(said) => {
                tracing::debug!(receiver = receiver.name, key = item.terms.event.key, said, "told");
                item.taken(self.store, self.by()).await?;
                came.told += 1;
                came.left -= 1;
                return Ok(false);
            }
            Err(trouble) => trouble,
        };
        came.trouble.clone_from(&trouble.said);
        let attempts = item.terms.attempts;
        if trouble.is_refusal && attempts >= REFUSALS {
            item.give_up(self.store, trouble.said, self.by()).await?;
            came.given_up += 1;
            came.left -= 1;
            return Ok(false);
        }
        let pause = pause(&trouble, attempts);
        came.wait(pause);
        let holds = !trouble.is_refusal;
        item.postpone(self.store, (pause, holds, trouble.said), self.by()).await?;
        Ok(holds)
    }

    async fn told(
        &self,
        receiver: &Receiver,
        item: &Item,
        now: Timestamp,
    ) -> Result<String, Trouble> {
        tokio::select! {
            told = self.wire.tell(receiver, &item.terms.event, now) => told,
            () = self.clock.sleep(ATTEMPT) => {
                Err(Trouble::away(format!("no answer within {} s", ATTEMPT.as_secs())))
            }
        }
    }

    /// Gives up what has waited for too long, once the receiver was asked that late, too: no runner may have come by for a
    /// week, and now it is there. All of it is given up, or a receiver that is gone for good would be asked once for each.
    async fn give_up_late(
        &self,
        waiting: &mut Vec<Item>,
        came: &mut Came,
    ) -> Result<(), StoreError> {
        let by = self.by();
        let is_late = |it: &Item| words::between(it.terms.queued_at, by.at) > BUDGET;
        let was_late = |it: &Item, at| words::between(it.terms.queued_at, at) > BUDGET;
        let asked = |it: &&Item| it.terms.attempted_at.is_some_and(|at| was_late(it, at));
        let asked = waiting.iter().find(asked);
        let Some(said) = asked.map(|it| it.terms.said.clone()) else { return Ok(()) };
        for item in waiting.iter().filter(|it| is_late(it) && !it.is_claimed(by)) {
            item.give_up(self.store, said.clone(), by).await?;
            came.given_up += 1;
        }
        waiting.retain(|it| !is_late(it) || it.is_claimed(by));
        Ok(())
    }

    fn by(&self) -> By<'_> {
        By { teller: self.teller, at: self.clock.now() }
    }
}

impl Came {
    fn wait(&mut self, pause: Duration) {
        self.next = Some(self.next.map_or(pause, |next| next.min(pause)));
    }
}

/// How long to wait before an event is attempted again.
fn pause(trouble: &Trouble, attempts: u32) -> Duration {
    if let Some(asked) = trouble.retry_after {
        return asked.clamp(FIRST, LONGEST_ASKED);
    }
    if trouble.is_refusal {
        return AFTER_REFUSAL;
    }
    let doubled = FIRST.saturating_mul(1 << attempts.saturating_sub(1).min(12));
    doubled.min(LONGEST)
}

#[cfg(test)]
mod tests;
