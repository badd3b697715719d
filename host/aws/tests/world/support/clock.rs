//! A clock that follows tokio's, paused or not.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use tokio::time::Instant;

pub(crate) struct TestClock {
    start: Instant,
}

impl TestClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock of the tests")]
    pub(crate) fn new() -> TestClock {
        TestClock { start: Instant::now() }
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let start: Timestamp = super::START.parse().expect("a time");
        start + self.start.elapsed()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
