//! Whose time it is: what a slow store takes, a clock that jumps, an answer in the last second.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use moontide_runtime::clock::Clock;
use moontide_runtime::scheduler::{Answers as Ask, Ended, ExecutionStatus, Given, Prompt};
use moontide_runtime::store::Store;

use crate::races::{SECOND, Undecided};
use crate::shaky::Shaky;
use crate::support::{Fuse, TestClock, driver, lease, world};
use crate::{Answers, Story};

#[tokio::test(start_paused = true)]
async fn what_a_slow_store_takes_is_no_time_of_the_wave() {
    for (seconds, ended) in [(5, ExecutionStatus::Completed), (25, ExecutionStatus::Failed)] {
        let story = Story::of(&format!(
            "waves = {{{{ name = 'a', timeout = '30s', run = function()
                moontide.sleep({seconds}) moontide.parallel {{
                    function() host.effect('test.tagged', {{ n = 1 }}) end,
                    function() host.effect('test.read', {{ n = 2 }}) end,
                }} moontide.sleep({seconds})
            end }}}}"
        ))
        .await;
        let held = lease(story.store.as_ref(), "x").await;
        let world = world(&story.ledger, &Fuse::never());
        let slow = Shaky { append: || 40 * SECOND, ..Shaky::default() };
        let driver = driver(slow.over(&story.store), world, Answers::new());
        let how = driver.drive(&held, std::future::pending()).await.unwrap();
        assert_eq!(how, Ended::Finished(ended), "{seconds} s: {:?}", story.state().await);
    }
}

#[tokio::test(start_paused = true)]
async fn nor_is_what_it_takes_for_another_wave() {
    let story = Story::of(
        "waves = {
            { name = 'a', timeout = '2m', run = function() moontide.sleep('90s') end },
            { name = 'b', run = function()
                for n = 1, 3 do moontide.sleep(1) moontide.ask { message = `go {n}?` } end
            end },
        }",
    )
    .await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let slow = Shaky { append: || 40 * SECOND, ..Shaky::default() };
    let mut driver = driver(slow.over(&story.store), world, Answers::new());
    driver.answers = Rc::new(Slow(SECOND));
    let how = driver.drive(&held, std::future::pending()).await.unwrap();
    assert_eq!(how, Ended::Finished(ExecutionStatus::Completed), "{:?}", story.state().await);
}

/// A clock whose wall time is put forward or back, once, after a while.
struct Jumping {
    after: Duration,
    by: jiff::SignedDuration,
}

#[async_trait]
impl Clock for Jumping {
    fn now(&self) -> jiff::Timestamp {
        let has_jumped = TestClock.monotonic() >= self.after;
        TestClock.now() + if has_jumped { self.by } else { jiff::SignedDuration::ZERO }
    }

    fn monotonic(&self) -> Duration {
        TestClock.monotonic()
    }

    async fn sleep(&self, duration: Duration) {
        TestClock.sleep(duration).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_put_forward_or_back_neither_shortens_the_time_nor_lengthens_it() {
    for hours in [-1, 0, 1] {
        let story = Story::of(
            "waves = {{ name = 'a', run = function() end,
                pause = { message = '?', timeout = '10m', on_timeout = 'continue' } }}",
        )
        .await;
        let held = lease(story.store.as_ref(), "x").await;
        let world = world(&story.ledger, &Fuse::never());
        let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
        let after = TestClock.monotonic() + 60 * SECOND;
        driver.clock = Arc::new(Jumping { after, by: jiff::SignedDuration::from_hours(hours) });
        // It looks for signals beside it, and each time anew how much time is left.
        driver.signals_every = Some(30 * SECOND);
        driver.answers = Rc::new(Undecided);
        let begin = TestClock.monotonic();
        let ended = driver.drive(&held, std::future::pending()).await.unwrap();
        assert_eq!(ended, Ended::Finished(ExecutionStatus::Completed));
        assert_eq!(TestClock.monotonic().saturating_sub(begin).as_secs(), 600, "{hours} h");
    }
}

/// A person at the terminal who says `continue`, after a while.
struct Slow(Duration);

#[async_trait(?Send)]
impl Ask for Slow {
    async fn answer(&self, _prompt: &Prompt) -> Option<Given> {
        tokio::time::sleep(self.0).await;
        Some(Given { choice: "continue".to_owned(), by: "ann".to_owned(), ..Given::default() })
    }
}

const TEN_MINUTES_OR_ABORT: &str = "waves = {{ name = 'a', run = function() end,
    pause = { message = '?', timeout = '10m', on_timeout = 'abort' } }}";

#[tokio::test(start_paused = true)]
async fn after_a_resume_no_flag_answers_what_silence_has_answered() {
    let story = Story::of(TEN_MINUTES_OR_ABORT).await;
    assert!(matches!(story.drive(Answers::new()).await.unwrap(), Ended::Waiting(_)));
    tokio::time::sleep(601 * SECOND).await;
    let mut answers = Answers::new();
    answers.insert("a", "continue");
    let ended = story.drive(answers).await.unwrap();
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled));
    let kinds = crate::lines(&story.entries().await);
    assert_eq!(kinds, ["event started", "event timed_out"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_at_the_terminal_counts_until_the_time_is_over_and_not_in_that_moment() {
    for (seconds, ended) in [
        (599, ExecutionStatus::Completed),
        (600, ExecutionStatus::Cancelled),
        (601, ExecutionStatus::Cancelled),
    ] {
        let story = Story::of(TEN_MINUTES_OR_ABORT).await;
        let held = lease(story.store.as_ref(), "x").await;
        let world = world(&story.ledger, &Fuse::never());
        let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
        driver.answers = Rc::new(Slow(seconds * SECOND));
        let how = driver.drive(&held, std::future::pending()).await.unwrap();
        assert_eq!(how, Ended::Finished(ended), "after {seconds} s");
    }
}
