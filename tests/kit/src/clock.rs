//! Time that passes only while every task sleeps.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::clock::Clock;

use crate::staged::second;

/// tokio's paused clock, as the engine's clock. It begins when a thread first asks it.
pub struct TestClock;

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        second(0) + self.monotonic()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock of the tests, and it is paused"
    )]
    fn monotonic(&self) -> Duration {
        thread_local!(static START: tokio::time::Instant = tokio::time::Instant::now());
        START.with(|start| tokio::time::Instant::now().saturating_duration_since(*start))
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
