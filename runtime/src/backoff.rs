//! Pauses between the attempts of one thing, which grow up to a bound.
//!
//! What may be attempted again, for how long, and what is said meanwhile is for each loop to say.

use std::time::Duration;

/// The pauses of one loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    next: Duration,
    longest: Duration,
    /// By how many halves a pause grows to the next one.
    halves: u32,
}

impl Backoff {
    /// Each pause is twice as long as the one before: for a service or a store that refuses.
    pub const fn doubling(first: Duration, longest: Duration) -> Backoff {
        Backoff { next: first, longest, halves: 4 }
    }

    /// Each pause is half as long again as the one before: for something that takes its time.
    pub const fn growing(first: Duration, longest: Duration) -> Backoff {
        Backoff { next: first, longest, halves: 3 }
    }

    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * self.halves / 2).min(self.longest);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stop_growing() {
        let seconds = Duration::from_secs;
        let four = |mut backoff: Backoff| [(); 4].map(|()| backoff.pause().as_millis());
        assert_eq!(four(Backoff::growing(seconds(2), seconds(4))), [2000, 3000, 4000, 4000]);
        assert_eq!(four(Backoff::doubling(seconds(2), seconds(10))), [2000, 4000, 8000, 10_000]);
    }
}
