//! Silence is an answer only where the store would have taken another one.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::effect::RetryBudget;
use moontide_runtime::journal::{Body, Format};
use moontide_runtime::scheduler::{Ended, Event, ExecutionStatus, Unheard, WaveStatus};
use moontide_runtime::store::{Pulse, SignalKind, Store, lease as leases};
use tokio::time::sleep;

use crate::races::Undecided;
use crate::shaky::Shaky;
use crate::support::{Fuse, TestClock, driver, lease, world};
use crate::{Answers, Story, answer};

const TTL: Duration = Duration::from_secs(20);

fn minutes(minutes: u64) -> Duration {
    Duration::from_mins(minutes)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A store that takes no writes for a while, and a person who sends something.
struct Outage {
    /// The time of the pause point before wave `a`, and what is before it.
    timeout: &'static str,
    first: &'static str,
    away: Range<Duration>,
    sends: Option<(Duration, SignalKind)>,
    format: Format,
}

/// What came of it: how it ended, after how long, and the lines of its journal.
type Told = (ExecutionStatus, Duration, Vec<String>);

impl Outage {
    async fn story(self) -> Told {
        let waves = format!(
            "waves = {{{{ name = 'first', run = function() {} end }},
                {{ name = 'a', depends_on = {{ 'first' }}, run = function() end,
                pause = {{ message = '?', timeout = '{}', on_timeout = 'continue' }} }}}}",
            self.first, self.timeout
        );
        let kept = Story::begun_under(self.format, &waves).await;
        let held = lease(kept.store.as_ref(), "x").await;
        let world = world(&kept.ledger, &Fuse::never());
        let begun = TestClock.monotonic();
        let away = begun + self.away.start..begun + self.away.end;
        let store: Arc<dyn Store> = Shaky { away, ..Shaky::default() }.over(&kept.store);
        let mut driver = driver(Arc::clone(&store), world, Answers::new());
        let pulse = Pulse::beating(Arc::new(TestClock), TTL, begun);
        driver.pulse = pulse.clone();
        driver.signals_every = Some(seconds(1));
        driver.answers = Rc::new(Undecided);
        let patience = RetryBudget::of(minutes(120));
        let people = async {
            let renewal = leases::keep(&*store, &TestClock, &held, TTL / 4, TTL, patience, &pulse);
            let person = async {
                if let Some((after, wish)) = self.sends {
                    sleep(after).await;
                    kept.send(wish).await;
                }
            };
            drop(tokio::join!(renewal, person));
        };
        let ended = Box::pin(driver.drive(&held, people)).await.unwrap();
        let Ended::Finished(status) = ended else { panic!("{ended:?}") };
        let took = TestClock.monotonic().saturating_sub(begun);
        let lines = crate::lines(&kept.entries().await);
        (status, took, lines.into_iter().filter(|line| line != "event ended").collect())
    }
}

fn away(timeout: &'static str, away: Range<Duration>) -> Outage {
    Outage { timeout, away, first: "", sends: None, format: Format::CURRENT }
}

/// Whether it took so long, give or take what lies between renewals and what is on its way.
fn is_about(took: Duration, expected: Duration) -> bool {
    took.abs_diff(expected) <= TTL + seconds(10)
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_the_store_kept_away_counts_when_it_is_back() {
    let outage = away("20m", minutes(15)..minutes(35));
    let sends = Some((minutes(37), answer("a", "abort")));
    let (status, _, lines) = Outage { sends, ..outage }.story().await;
    assert_eq!(status, ExecutionStatus::Cancelled);
    assert_eq!(lines, ["event started", "event extended", "event signalled"]);
}

#[tokio::test(start_paused = true)]
async fn silence_answers_once_what_was_left_is_over() {
    for (timeout, span, expected) in [
        ("20m", minutes(99)..minutes(99), minutes(20)),
        ("20m", minutes(15)..minutes(35), minutes(40)),
        ("20m", minutes(5)..minutes(10), minutes(25)),
        // A last word of five minutes, however little was left, unless there never was as much time.
        ("20m", minutes(19)..minutes(40), minutes(45)),
        ("30s", seconds(10)..minutes(3), seconds(210)),
        // In the very moment in which it would be over.
        ("20m", seconds(1197)..minutes(20) + seconds(2), minutes(25)),
    ] {
        let (status, took, lines) = away(timeout, span.clone()).story().await;
        assert_eq!(status, ExecutionStatus::Completed);
        assert!(is_about(took, expected), "{timeout}, away {span:?}: {took:?}, not {expected:?}");
        let is_extended = lines.contains(&"event extended".to_owned());
        assert_eq!(is_extended, !span.is_empty(), "{span:?}: {lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_prompt_that_was_opened_meanwhile_has_its_whole_time() {
    let span = minutes(10)..minutes(35);
    let outage = Outage { first: "moontide.sleep('11m')", ..away("20m", span) };
    let sends = Some((minutes(50), answer("a", "abort")));
    let (status, took, lines) = Outage { sends, ..outage }.story().await;
    assert_eq!(status, ExecutionStatus::Cancelled, "{took:?} {lines:?}");
    let outage = Outage { first: "moontide.sleep('11m')", ..away("20m", minutes(10)..minutes(35)) };
    let (status, took, _) = outage.story().await;
    assert_eq!(status, ExecutionStatus::Completed);
    assert!(is_about(took, minutes(55)), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_on_its_way_when_the_time_is_over_counts() {
    let sends = Some((Duration::from_millis(1_199_999), answer("a", "abort")));
    let outage = Outage { sends, ..away("20m", minutes(99)..minutes(99)) };
    let (status, _, lines) = outage.story().await;
    assert_eq!(status, ExecutionStatus::Cancelled, "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_began_without_that_rule_ends_without_it() {
    let outage = away("20m", minutes(15)..minutes(35));
    let (_, took, lines) = Outage { format: Format(4), ..outage }.story().await;
    assert!(is_about(took, minutes(35)), "{took:?}");
    assert!(!lines.contains(&"event extended".to_owned()), "{lines:?}");
}

const TWENTY_MINUTES: &str = "waves = {{ name = 'a', run = function() end,
    pause = { message = '?', timeout = '20m', on_timeout = 'continue' } }}";

/// Drives behind a runner that went without a word, or in good order.
async fn drive_behind(story: &Story, cut_off: bool) -> Ended {
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    if cut_off {
        driver.pulse.is_taken_from_the_dead();
    }
    driver.drive(&held, std::future::pending()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn behind_a_runner_that_was_gone_without_a_word_there_is_a_last_word() {
    let story = Story::of(TWENTY_MINUTES).await;
    assert!(matches!(drive_behind(&story, false).await, Ended::Waiting(_)));
    sleep(minutes(60)).await;
    story.send(answer("a", "abort")).await;
    assert!(matches!(
        drive_behind(&story, true).await,
        Ended::Finished(ExecutionStatus::Cancelled)
    ));
    let story = Story::of(TWENTY_MINUTES).await;
    assert!(matches!(drive_behind(&story, false).await, Ended::Waiting(_)));
    sleep(minutes(60)).await;
    assert!(matches!(drive_behind(&story, true).await, Ended::Waiting(_)));
    let entries = story.entries().await;
    let by = 45 * 60 * 1000;
    let given = Event::Extended { prompt: "a".to_owned(), by, cause: Unheard::RunnerGone };
    assert_eq!(entries.last().unwrap().body, Body::Event { event: given });
    // It has given what there was to give: the clock counts again.
    sleep(minutes(4)).await;
    assert!(matches!(drive_behind(&story, false).await, Ended::Waiting(_)));
    assert_eq!(story.statuses().await, [WaveStatus::Paused]);
    sleep(minutes(2)).await;
    story.ends(ExecutionStatus::Completed).await;
}

/// A lease renewal and nothing else, over a store that takes no writes for a while.
async fn quiet_runner(away: Range<Duration>, stops_after: Duration) -> (Story, Pulse, Ended) {
    let kept = Story::of(
        "waves = {{ name = 'first', run = function() moontide.sleep('1m') end },
            { name = 'a', depends_on = { 'first' }, run = function() end,
              pause = { message = '?', timeout = '20m', on_timeout = 'continue' } }}",
    )
    .await;
    let held = lease(kept.store.as_ref(), "x").await;
    let world = world(&kept.ledger, &Fuse::never());
    let begun = TestClock.monotonic();
    let away = begun + away.start..begun + away.end;
    let store: Arc<dyn Store> = Shaky { away, ..Shaky::default() }.over(&kept.store);
    let mut driver = driver(Arc::clone(&store), world, Answers::new());
    let pulse = Pulse::beating(Arc::new(TestClock), TTL, begun);
    driver.pulse = pulse.clone();
    let patience = RetryBudget::of(minutes(120));
    let interrupt = async {
        let renewal = leases::keep(&*store, &TestClock, &held, TTL / 4, TTL, patience, &pulse);
        tokio::select! { _ = renewal => {} () = sleep(stops_after) => {} }
    };
    let ended = Box::pin(driver.drive(&held, interrupt)).await.unwrap();
    (kept, pulse, ended)
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_leaves_behind_an_outage_has_given_the_time_back() {
    // The first wave ends in the outage, and the prompt is opened in it.
    let (story, pulse, ended) = quiet_runner(seconds(30)..minutes(19), minutes(99)).await;
    assert!(matches!(ended, Ended::Waiting(_)), "{ended:?}");
    assert!(pulse.is_in_order());
    let state = story.state().await;
    let left = TestClock.now().duration_until(state.prompts["a"].deadline.unwrap());
    assert!(left.as_secs() >= 20 * 60 - 20, "{left:#}");
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_is_stopped_in_an_outage_does_not_leave_in_good_order() {
    for (away, stops_after, is_in_order) in [
        (seconds(1)..minutes(5), seconds(40), false),
        (minutes(90)..minutes(91), seconds(40), true),
    ] {
        let (_, pulse, ended) = quiet_runner(away.clone(), stops_after).await;
        assert_eq!(ended, Ended::Interrupted);
        assert_eq!(pulse.is_in_order(), is_in_order, "{away:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_stopped_before_the_last_word_is_given_leaves_it_to_the_next() {
    let story = Story::of(TWENTY_MINUTES).await;
    assert!(matches!(drive_behind(&story, false).await, Ended::Waiting(_)));
    sleep(minutes(60)).await;
    let held = lease(story.store.as_ref(), "x").await;
    let world = world(&story.ledger, &Fuse::never());
    let driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
    driver.pulse.is_taken_from_the_dead();
    let ended = Box::pin(driver.drive(&held, std::future::ready(()))).await.unwrap();
    assert_eq!(ended, Ended::Interrupted);
    assert!(!driver.pulse.is_in_order(), "the lease goes back as if nothing were left");
    // Once it is journaled, it does.
    let ended = Box::pin(driver.drive(&held, std::future::pending())).await.unwrap();
    assert!(matches!(ended, Ended::Waiting(_)) && driver.pulse.is_in_order(), "{ended:?}");
}
