//! The clocks of real runs, of runs against a fast simulator, and of rehearsals. The only file of this
//! crate that asks the machine for the time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use moontide_runtime::clock::Clock;

/// The system's time. Its monotonic side goes on while the machine is suspended: a runner that slept through
/// its lease must know.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin: Duration,
}

/// The time since the machine was started, sleep included.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let (seconds, nanos) = (time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs());
    Duration::from_secs(seconds) + Duration::from_nanos(nanos)
}

/// The time since this process first asked.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[expect(clippy::disallowed_methods, reason = "this is the clock that the others ask")]
fn since_boot() -> Duration {
    static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(std::time::Instant::now).elapsed()
}

impl SystemClock {
    /// The clock of this process.
    pub fn new() -> SystemClock {
        SystemClock { origin: since_boot() }
    }
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock::new()
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the others ask")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        since_boot().saturating_sub(self.origin)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// So far a machine's clock may be off before it counts as wrong: a `Date` header has whole seconds, and its
/// answer was on its way.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(5);

/// The machine's time while it agrees with AWS's, else AWS's, which then goes on by the monotonic clock. What is
/// decided by a moment, such as the end of a prompt's time, is so the same on all machines.
#[derive(Debug)]
pub struct RightClock {
    system: SystemClock,
    /// What AWS said that it is, and when, on the monotonic clock; `None` while the machine is right.
    known: Mutex<Option<(Timestamp, Duration)>>,
}

impl RightClock {
    /// A clock that takes the machine's to be right, until it learns better.
    pub fn new() -> RightClock {
        RightClock { system: SystemClock::new(), known: Mutex::default() }
    }
}

impl Default for RightClock {
    fn default() -> RightClock {
        RightClock::new()
    }
}

#[async_trait]
impl Clock for RightClock {
    fn now(&self) -> Timestamp {
        let known = *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((then, at)) = known else { return self.system.now() };
        then.checked_add(self.monotonic().saturating_sub(at)).unwrap_or(then)
    }

    fn monotonic(&self) -> Duration {
        self.system.monotonic()
    }

    fn learn(&self, now: Timestamp) {
        let is_near = |other: Timestamp| now.duration_until(other).abs() <= TOLERANCE;
        if is_near(self.now()) {
            return;
        }
        let known = (!is_near(self.system.now())).then(|| (now, self.monotonic()));
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }

    fn machine_ahead(&self) -> SignedDuration {
        let ahead = self.now().duration_until(self.system.now());
        if ahead.abs() <= TOLERANCE { SignedDuration::ZERO } else { ahead }
    }

    async fn sleep(&self, duration: Duration) {
        self.system.sleep(duration).await;
    }
}

/// Time that runs `speed` times as fast since `anchor`, for runs against `moontide sim --speed`. Every
/// process with the same anchor, the execution's creation, shows the same time.
#[derive(Clone, Copy, Debug)]
pub struct ScaledClock {
    system: SystemClock,
    anchor: Timestamp,
    speed: f64,
}

impl ScaledClock {
    /// A clock that agreed with the system's at `anchor`.
    pub fn since(anchor: Timestamp, speed: f64) -> ScaledClock {
        ScaledClock { system: SystemClock::new(), anchor, speed }
    }
}

#[async_trait]
impl Clock for ScaledClock {
    fn now(&self) -> Timestamp {
        let real = self.anchor.duration_until(self.system.now()).as_secs_f64();
        let scaled = SignedDuration::try_from_secs_f64(real * self.speed);
        scaled
            .ok()
            .and_then(|scaled| self.anchor.checked_add(scaled).ok())
            .unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.system.monotonic().mul_f64(self.speed)
    }

    fn scaled(&self, duration: Duration) -> Duration {
        duration.mul_f64(self.speed)
    }

    async fn sleep(&self, duration: Duration) {
        self.system.sleep(duration.div_f64(self.speed)).await;
    }
}

/// tokio's paused time, put on a calendar.
#[derive(Clone, Copy, Debug)]
pub struct VirtualClock {
    base: Timestamp,
    origin: tokio::time::Instant,
}

impl VirtualClock {
    /// A clock that shows `base` now. Must be made inside a runtime whose time is paused.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the others ask")]
    pub fn starting_at(base: Timestamp) -> VirtualClock {
        VirtualClock { base, origin: tokio::time::Instant::now() }
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.origin.elapsed()).ok();
        elapsed.and_then(|elapsed| self.base.checked_add(elapsed).ok()).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_virtual_clock_follows_paused_time() {
        let clock = VirtualClock::starting_at("2026-11-20T08:00:00Z".parse().unwrap());
        clock.sleep(Duration::from_hours(2)).await;
        assert_eq!(clock.now().to_string(), "2026-11-20T10:00:00Z");
    }

    #[test]
    fn two_processes_with_one_anchor_show_the_same_scaled_time() {
        let anchor = SystemClock::new().now() - SignedDuration::from_secs(10);
        let [one, two] = [60.0, 60.0].map(|speed| ScaledClock::since(anchor, speed));
        assert!(one.now() <= two.now());
        assert!(two.now() >= anchor + SignedDuration::from_secs(600));
    }
}
