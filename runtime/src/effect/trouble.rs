//! What is no outcome but trouble of the runner, and how long the runner waits for its end.
//!
//! Expired credentials, a network that is gone and a service that is too busy to answer say nothing about a
//! wave. The door does not journal them, the program does not see them, and no policy applies to them: the
//! runner says what it waits for, looks again with growing pauses, and stops when its operator's patience is
//! used up. Whatever was begun is in the journal; `resume` goes on.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;

use super::EffectError;

/// What keeps the runner from seeing the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// There are no credentials that the service accepts.
    Credentials,
    /// No answer comes through.
    Network,
    /// The service answers that it cannot answer.
    Busy,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Trouble::Credentials => "credentials that are accepted",
            Trouble::Network => "an answer",
            Trouble::Busy => "the service to be less busy",
        })
    }
}

/// How long the operator lets a runner wait for the end of its troubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the world: credentials, the network, a service that is too busy. By the execution's clock.
    pub world: Duration,
    /// For the store: a table that throttles, a disk that is full, a database that others keep busy. By the
    /// machine's clock.
    pub store: Duration,
}

impl Patience {
    /// Half an hour: longer than a network needs to change its routes, shorter than a night.
    pub const USUAL: Patience = Patience::of(Duration::from_mins(30));

    /// The same for everything.
    pub const fn of(duration: Duration) -> Patience {
        Patience { world: duration, store: duration }
    }
}

/// The trouble that has used up the patience.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{operation}` has waited {} for {trouble}: {error}", in_words(*.waited))]
pub struct OutOfPatience {
    /// What could not be done.
    pub operation: String,
    /// What it waited for.
    pub trouble: Trouble,
    /// What was seen last.
    pub error: EffectError,
    /// How long it has waited.
    pub waited: Duration,
}

/// A duration in whole seconds, as people write it.
pub(crate) fn in_words(duration: Duration) -> String {
    format!(
        "{:#}",
        SignedDuration::from_secs(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX))
    )
}

/// The pause before the first look after trouble began; doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(2);
/// A pause is never longer: an operator who has renewed the credentials waits no longer for the runner.
const LONGEST: Duration = Duration::from_mins(1);

/// One effect's troubles, from the first to the last in a row.
#[derive(Debug)]
pub(crate) struct Waiting {
    patience: Duration,
    /// When the trouble began, on the door's monotonic clock.
    since: Option<Duration>,
    pause: Duration,
}

impl Waiting {
    pub(crate) fn new(patience: Duration) -> Waiting {
        Waiting { patience, since: None, pause: FIRST }
    }

    /// There is trouble at `now`: how long to wait before the next look. `None`: the patience is used up.
    pub(crate) fn pause(&mut self, now: Duration) -> Option<Duration> {
        let since = *self.since.get_or_insert(now);
        let left = self.patience.saturating_sub(now.saturating_sub(since));
        if left.is_zero() {
            return None;
        }
        let pause = self.pause.min(left);
        self.pause = (self.pause * 2).min(LONGEST);
        Some(pause)
    }

    /// How long there has been trouble; nothing if there is none.
    pub(crate) fn waited(&self, now: Duration) -> Duration {
        self.since.map_or(Duration::ZERO, |since| now.saturating_sub(since))
    }

    /// The world was seen again. Returns how long that took, if it took anything.
    pub(crate) fn over(&mut self, now: Duration) -> Option<Duration> {
        let since = self.since.take()?;
        self.pause = FIRST;
        Some(now.saturating_sub(since))
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
        assert_eq!(waiting.over(now), Some(Duration::from_mins(5)));
        assert_eq!(waiting.pause(now), Some(FIRST), "the next trouble begins anew");
    }

    #[test]
    fn a_duration_reads_like_one() {
        assert_eq!(in_words(Duration::from_secs(1830)), "30m 30s");
    }
}
