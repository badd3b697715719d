//! When silence answers a prompt, in a process whose wall clock may jump.
//!
//! The journal says when a prompt's time is over, by the wall clock of whoever opened it. A process compares
//! that with its own wall clock once, when it first sees the prompt; from then on it counts down on a clock
//! that does not jump, so that an hour that is put forward or back neither shortens the time nor lengthens
//! it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Prompt;
use crate::clock::Clock;

/// The prompts that were seen in this process and whose time ends, by id: when it does, on the monotonic
/// clock.
#[derive(Debug, Default)]
pub(super) struct Deadlines(BTreeMap<String, Duration>);

impl Deadlines {
    /// Begins to count for prompts that were not seen before, and forgets those that are closed.
    pub(super) fn watch<'p>(
        &mut self,
        prompts: impl Iterator<Item = &'p Prompt> + Clone,
        clock: &dyn Clock,
    ) {
        if !self.0.is_empty() {
            self.0.retain(|id, _| prompts.clone().any(|prompt| prompt.id == *id));
        }
        for prompt in prompts {
            let Some(deadline) = prompt.deadline else { continue };
            if !self.0.contains_key(&prompt.id) {
                let left = clock.now().duration_until(deadline);
                // Of what is over nothing is left.
                let left = Duration::try_from(left).unwrap_or_default();
                self.0.insert(prompt.id.clone(), clock.monotonic().saturating_add(left));
            }
        }
    }

    /// Whether the time of this prompt is over.
    pub(super) fn is_over(&self, prompt: &str, clock: &dyn Clock) -> bool {
        self.0.get(prompt).is_some_and(|end| *end <= clock.monotonic())
    }

    /// When the first of them is over; `None` if none of them ever is.
    pub(super) fn first(&self) -> Option<Duration> {
        self.0.values().min().copied()
    }
}

/// Returns when it is `end` on the monotonic clock; never without one.
pub(super) async fn until(clock: &dyn Clock, end: Option<Duration>) {
    match end {
        None => std::future::pending().await,
        Some(end) => clock.sleep(end.saturating_sub(clock.monotonic())).await,
    }
}
