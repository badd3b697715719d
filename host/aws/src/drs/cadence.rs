//! How often to ask about jobs.
//!
//! What is known (two published drills of small Linux servers): conversion takes until about
//! minute 4, nothing is launched before minute 8:45, larger servers take 20 minutes and more. So a
//! launch is asked about rarely while only a failure could end it, often while a small server would
//! be ready, and then in proportion to its age: a delay of one part in a hundred does not
//! matter. A termination may end at any moment.
//!
//! | age of the youngest job | interval | what may end |
//! |---|---|---|
//! | under 7 min, launching | 30 s | failures |
//! | under 20 min | 10 s | most launches, every termination |
//! | more | age / 120, at most 60 s | large servers, staging-account jobs |
//!
//! A job of 9 minutes so costs 27 calls, and its end is seen 5 s late on average.

use std::time::Duration;

const YOUNG: Duration = Duration::from_mins(7);
const SLOW: Duration = Duration::from_secs(30);
const QUICK: Duration = Duration::from_secs(10);
const SLOWEST: Duration = Duration::from_mins(1);

/// The longest pause while AWS throttles the runner: once AWS answers again, a wave waits no longer than this.
const CALMEST: Duration = Duration::from_mins(1);

/// The first look at a job: a new one needs a moment to show, an old one may have ended long ago,
/// and lanes that begin to wait together share it.
pub(super) const FIRST_LOOK: Duration = Duration::from_secs(2);

/// The interval for a job of `age`.
pub(super) fn interval(age: Duration, launching: bool) -> Duration {
    if launching && age < YOUNG { SLOW } else { (age / 120).clamp(QUICK, SLOWEST) }
}

/// `interval` after `failures` throttles or failures in a row: twice as long for each.
pub(super) fn calmed(interval: Duration, failures: u32) -> Duration {
    interval.saturating_mul(1 << failures.min(6)).min(CALMEST.max(interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_follows_the_age_of_the_job() {
        for (minutes, launching, seconds) in [
            (0, true, 30),
            (0, false, 10),
            (6, true, 30),
            (8, true, 10),
            (60, true, 30),
            (300, true, 60),
        ] {
            let age = Duration::from_mins(minutes);
            assert_eq!(interval(age, launching).as_secs(), seconds, "{minutes} min");
        }
    }

    #[test]
    fn a_throttle_doubles_it_up_to_a_bound() {
        let calm = |failures| calmed(QUICK, failures).as_secs();
        assert_eq!([calm(0), calm(1), calm(2), calm(3), calm(40)], [10, 20, 40, 60, 60]);
    }
}
