//! What is no outcome but trouble of the runner, and how long the runner waits for its end.
//!
//! Expired credentials, a network that is gone and a service that is too busy to answer say nothing about a
//! wave. The door does not journal them, the program does not see them, and no policy applies to them: the
//! runner says what it waits for, looks again with growing pauses, and stops when its operator's patience is
//! used up. Whatever was begun is in the journal; `resume` goes on.

use std::time::Duration;

use crate::backoff::Backoff;
use crate::history::{EffectError, Unavailable};
use crate::retry_budget::in_words;

/// What has used up the patience.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{operation}` has waited {} for {unavailable}: {error}", in_words(*.waited))]
pub struct OutOfPatience {
    /// What could not be done.
    pub operation: String,
    /// What it waited for.
    pub unavailable: Unavailable,
    /// What was seen last.
    pub error: EffectError,
    /// How long it has waited.
    pub waited: Duration,
}

/// The pause before the first look after trouble began; doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(2);
/// A pause is never longer: an operator who has renewed the credentials waits no longer for the runner.
const LONGEST: Duration = Duration::from_mins(1);

/// A look that has failed for so long is no blip, also if it is the first one.
pub(super) const NO_BLIP: Duration = Duration::from_secs(10);

/// One effect's failed looks, from the first to the last in a row.
#[derive(Debug)]
pub(crate) struct Waiting {
    patience: Duration,
    /// When the last look began, on the door's monotonic clock.
    looked: Option<Duration>,
    /// When the first look began that failed.
    since: Option<Duration>,
    /// How many looks have failed.
    looks: u32,
    /// Whether the operator was told.
    told: bool,
    backoff: Backoff,
}

impl Waiting {
    pub(crate) fn new(patience: Duration) -> Waiting {
        Waiting {
            patience,
            looked: None,
            since: None,
            looks: 0,
            told: false,
            backoff: Backoff::doubling(FIRST, LONGEST),
        }
    }

    /// A look begins at `now`.
    pub(crate) fn look(&mut self, now: Duration) {
        self.looked = Some(now);
    }

    /// There is trouble at `now`: how long to wait before the next look. `None`: the patience is used up. It is
    /// counted from the begin of the first look that failed.
    pub(crate) fn pause(&mut self, now: Duration) -> Option<Duration> {
        let since = *self.since.get_or_insert(self.looked.unwrap_or(now));
        self.looks += 1;
        let left = self.patience.saturating_sub(now.saturating_sub(since));
        if left.is_zero() {
            return None;
        }
        Some(self.backoff.pause().min(left))
    }

    /// How long there has been trouble; nothing if there is none.
    pub(crate) fn waited(&self, now: Duration) -> Duration {
        self.since.map_or(Duration::ZERO, |since| now.saturating_sub(since))
    }

    /// Whether to say so: a blip that is over at the second look is no news.
    pub(crate) fn tells(&mut self, now: Duration) -> bool {
        let tells = self.looks > 1 || self.waited(now) >= NO_BLIP;
        self.told |= tells;
        tells
    }

    /// The world was seen again. Returns how long that took, if it took anything, and whether the operator was told
    /// of it.
    pub(crate) fn over(&mut self, now: Duration) -> Option<(Duration, bool)> {
        let since = self.since.take()?;
        let told = self.told;
        *self = Waiting::new(self.patience);
        Some((now.saturating_sub(since), told))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute_and_end_with_the_patience() {
        let mut waiting = Waiting::new(Duration::from_mins(5));
        let (mut now, mut pauses) = (Duration::from_secs(100), Vec::new());
        while let Some(pause) = waiting.pause(now) {
            pauses.push(pause.as_secs());
            now += pause;
        }
        assert_eq!(pauses, [2, 4, 8, 16, 32, 60, 60, 60, 58]);
        assert_eq!(waiting.over(now), Some((Duration::from_mins(5), false)));
        assert_eq!(waiting.pause(now), Some(FIRST), "the next trouble begins anew");
    }

    #[test]
    fn patience_counts_from_the_first_look_that_failed_and_a_blip_is_not_told() {
        let seconds = Duration::from_secs;
        let mut waiting = Waiting::new(seconds(100));
        waiting.look(seconds(10));
        assert_eq!(waiting.pause(seconds(13)), Some(FIRST));
        assert!(!waiting.tells(seconds(13)));
        waiting.look(seconds(15));
        assert_eq!(waiting.pause(seconds(18)), Some(2 * FIRST));
        assert!(waiting.tells(seconds(18)));
        assert_eq!(waiting.waited(seconds(18)), seconds(8));
        assert_eq!(waiting.pause(seconds(110)), None);
        assert_eq!(waiting.over(seconds(20)), Some((seconds(10), true)));
        waiting.look(seconds(30));
        assert_eq!(waiting.pause(seconds(60)), Some(FIRST));
        assert!(waiting.tells(seconds(60)), "a look of half a minute is no blip");
    }
}
