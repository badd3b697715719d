//! A runner that waits is woken by what people send, and asks for it seldom besides.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::RetryBudget;
use moontide_runtime::scheduler::{Ended, ExecutionStatus};
use moontide_runtime::store::{Pulse, SignalKind, Store, lease as leases};

use crate::races::Undecided;
use crate::shaky::Shaky;
use crate::support::{Fuse, TestClock, driver, lease, world};
use crate::{Answers, Story};

const TTL: Duration = Duration::from_secs(20);
const HOUR: Duration = Duration::from_hours(1);

const A_PAUSE: &str = "waves = {{ name = 'a', pause = '?', run = function() end }}";

/// Drives at a pause for so long, under a lease that is renewed, beside an operator who sends a cancel then.
async fn until_a_cancel(story: &Story, kept: Arc<dyn Store>, after: Duration) -> Ended {
    let held = lease(kept.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let mut driver = driver(Arc::clone(&kept), world, Answers::new());
    let pulse = Pulse::beating(Arc::new(TestClock), TTL, TestClock.monotonic());
    driver.pulse = pulse.clone();
    driver.signals_every = Some(HOUR / 6);
    driver.answers = Rc::new(Undecided);
    let people = async {
        let patience = RetryBudget::USUAL;
        let renewal = leases::keep(&*kept, &TestClock, &held, TTL / 4, TTL, patience, &pulse);
        let person = async {
            tokio::time::sleep(after).await;
            story.send(SignalKind::Cancel { seen: 0 }).await;
        };
        drop(tokio::join!(renewal, person));
    };
    driver.drive(&held, people).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_wakes_the_runner_at_once() {
    let story = Story::of(A_PAUSE).await;
    let (kept, begun) = (Arc::clone(&story.store), TestClock.monotonic());
    let ended = until_a_cancel(&story, kept, Duration::from_secs(42)).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled));
    assert_eq!(TestClock.monotonic().saturating_sub(begun).as_secs(), 42);
}

#[tokio::test(start_paused = true)]
async fn in_an_hour_at_a_pause_signals_are_asked_for_six_times_whatever_the_renewals_say() {
    let story = Story::of(A_PAUSE).await;
    let kept = Shaky::default().over(&story.store);
    let counted = Arc::clone(&kept.hooks.asked);
    let ended = until_a_cancel(&story, kept, HOUR.saturating_sub(TTL)).await;
    assert_eq!(ended, Ended::Finished(ExecutionStatus::Cancelled));
    // And once at the beginning, and around the end.
    let asked = counted.load(Ordering::Relaxed);
    assert!((6..=9).contains(&asked), "{asked} times");
}
