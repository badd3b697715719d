//! When silence answers a prompt, in a process whose wall clock may jump.
//!
//! The journal says when a prompt's time is over, by the wall clock of the runner that opened it. A process compares
//! that with its own wall clock once, when it first sees the prompt; from then on it counts down on a clock
//! that does not jump, so that an hour that is put forward or back neither shortens the time nor lengthens
//! it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::history::Prompt;

/// The prompts that were seen in this process and whose time ends, by id.
#[derive(Debug, Default)]
pub(super) struct Deadlines(BTreeMap<String, Watched>);

#[derive(Clone, Copy, Debug)]
struct Watched {
    /// When it ends by the journal.
    journaled: Timestamp,
    /// When it ends on the monotonic clock, also if that was before the clock began.
    end: SignedDuration,
}

impl Deadlines {
    /// Begins to count for prompts that were not seen before, forgets those that are closed, and goes on with
    /// those that were given more time.
    pub(super) fn watch<'p>(
        &mut self,
        prompts: impl Iterator<Item = &'p Prompt> + Clone,
        clock: &dyn Clock,
    ) {
        if !self.0.is_empty() {
            self.0.retain(|id, _| prompts.clone().any(|prompt| prompt.id == *id));
        }
        for prompt in prompts {
            let Some(journaled) = prompt.deadline else { continue };
            let end = match self.0.get(&prompt.id) {
                Some(watched) if watched.journaled == journaled => continue,
                Some(watched) => {
                    watched.end.saturating_add(watched.journaled.duration_until(journaled))
                }
                None => now(clock).saturating_add(clock.now().duration_until(journaled)),
            };
            self.0.insert(prompt.id.clone(), Watched { journaled, end });
        }
    }

    /// Whether the time of this prompt is over.
    pub(super) fn is_over(&self, prompt: &str, clock: &dyn Clock) -> bool {
        self.end(prompt).is_some_and(|end| end <= now(clock))
    }

    /// When the time of this prompt is over, on the monotonic clock; `None` if it never is.
    pub(super) fn end(&self, prompt: &str) -> Option<SignedDuration> {
        self.0.get(prompt).map(|watched| watched.end)
    }

    /// When the first of them is over; `None` if none of them ever is.
    pub(super) fn first(&self) -> Option<Duration> {
        let first = self.0.values().map(|watched| watched.end).min()?;
        // What is over is over now.
        Some(Duration::try_from(first).unwrap_or_default())
    }
}

/// The monotonic time, so that it can be reckoned with.
pub(super) fn now(clock: &dyn Clock) -> SignedDuration {
    SignedDuration::try_from(clock.monotonic()).unwrap_or(SignedDuration::MAX)
}

/// Returns when it is `end` on the monotonic clock; never without one.
pub(super) async fn until(clock: &dyn Clock, end: Option<Duration>) {
    match end {
        None => std::future::pending().await,
        Some(end) => clock.sleep(end.saturating_sub(clock.monotonic())).await,
    }
}
