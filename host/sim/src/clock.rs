//! Time, as the simulator sees it. The only file of this crate that asks the machine for the time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// What the simulator wants to know about time.
pub trait SimClock: Send + Sync {
    /// The time in the pretend world.
    fn now(&self) -> Timestamp;

    /// How long to really sleep so that `simulated` passes in the pretend world.
    fn scale(&self, simulated: Duration) -> Duration;
}

/// Time under tokio's paused clock: a rehearsal of two hours takes milliseconds.
///
/// It follows `tokio::time`, so it shares its hours with every timer of the process. On a runtime
/// that is not paused it is simply a clock that was set to `base`.
#[derive(Debug, Clone, Copy)]
pub struct PausedClock {
    base: Timestamp,
    origin: tokio::time::Instant,
}

impl PausedClock {
    /// A clock that shows `base` now.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the others ask")]
    pub fn new(base: Timestamp) -> Self {
        Self { base, origin: tokio::time::Instant::now() }
    }
}

impl SimClock for PausedClock {
    fn now(&self) -> Timestamp {
        later(self.base, self.origin.elapsed())
    }

    fn scale(&self, simulated: Duration) -> Duration {
        simulated
    }
}

/// Real time, faster or slower: at speed 60 a simulated minute takes a second.
#[derive(Debug, Clone, Copy)]
pub struct ScaledClock {
    anchor: Timestamp,
    origin: std::time::Instant,
    speed: f64,
}

impl ScaledClock {
    /// How fast it may run: at the upper end a day of real time is 2,700 years.
    pub const SPEEDS: std::ops::RangeInclusive<f64> = 0.001..=1_000_000.0;

    /// A clock that shows `anchor` now and runs `speed` times as fast as the wall clock.
    ///
    /// # Panics
    /// If `speed` is not within [`ScaledClock::SPEEDS`].
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the others ask")]
    pub fn starting_at(anchor: Timestamp, speed: f64) -> Self {
        assert!(Self::SPEEDS.contains(&speed), "a clock cannot run at speed {speed}");
        Self { anchor, origin: std::time::Instant::now(), speed }
    }

    /// A clock that shows the wall time now and runs `speed` times as fast from here.
    ///
    /// # Panics
    /// If `speed` is not within [`ScaledClock::SPEEDS`].
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the others ask")]
    pub fn starting_now(speed: f64) -> Self {
        Self::starting_at(Timestamp::now(), speed)
    }
}

impl SimClock for ScaledClock {
    fn now(&self) -> Timestamp {
        later(self.anchor, self.origin.elapsed().mul_f64(self.speed))
    }

    fn scale(&self, simulated: Duration) -> Duration {
        simulated.div_f64(self.speed)
    }
}

/// `start` plus `elapsed`, stopping at the end of time instead of panicking there.
fn later(start: Timestamp, elapsed: Duration) -> Timestamp {
    SignedDuration::try_from(elapsed)
        .ok()
        .and_then(|elapsed| start.checked_add(elapsed).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_follows_tokio_to_the_millisecond() {
        let base: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        let clock = PausedClock::new(base);
        tokio::time::sleep(clock.scale(Duration::from_hours(2))).await;
        assert_eq!(clock.now().to_string(), "2026-11-20T10:00:00Z");
    }

    #[test]
    fn a_scaled_clock_sleeps_less_than_it_pretends() {
        let clock = ScaledClock::starting_at(Timestamp::UNIX_EPOCH, 60.0);
        assert_eq!(clock.scale(Duration::from_mins(1)), Duration::from_secs(1));
        assert!(clock.now() >= Timestamp::UNIX_EPOCH);
    }
}
