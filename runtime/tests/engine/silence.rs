//! Silence is an answer only where the store would have taken another one.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::journal::{Body, Entry, Format};
use moontide_runtime::scheduler::{Ended, Event, ExecutionStatus, WaveStatus};
use moontide_runtime::store::{Pulse, Store, Wish};
use tokio::time::sleep;

use crate::late::Undecided;
use crate::support::{Fuse, TestClock, TestWorld, driver, lease};
use crate::{Answers, Story, answer};

const TTL: Duration = Duration::from_secs(20);

fn minutes(minutes: u64) -> Duration {
    Duration::from_mins(minutes)
}

/// A store that takes no writes for a while, and a person who sends something.
struct Outage {
    timeout: &'static str,
    away: Range<Duration>,
    sends: Option<(Duration, Wish)>,
    format: Format,
}

/// What came of it: how it ended, after how long, and the lines of its journal.
type Told = (ExecutionStatus, Duration, Vec<String>);

impl Outage {
    async fn story(self) -> Told {
        let wave = format!(
            "waves = {{{{ name = 'a', run = function() end,
                pause = {{ message = '?', timeout = '{}', on_timeout = 'continue' }} }}}}",
            self.timeout
        );
        let story = Story::begun_under(self.format, &wave).await;
        let held = lease(story.store.as_ref(), "x").await;
        let world = TestWorld::new(&story.ledger, &Fuse::never());
        let mut driver = driver(Arc::clone(&story.store) as Arc<dyn Store>, world, Answers::new());
        let begun = TestClock.monotonic();
        let pulse = Pulse::beating(Arc::new(TestClock), TTL, begun);
        driver.pulse = pulse.clone();
        driver.signals_every = Some(Duration::from_secs(1));
        driver.answers = Rc::new(Undecided);
        let keeper = async {
            loop {
                tokio::select! { () = sleep(TTL / 4) => {} () = pulse.wanted() => {} }
                let now = TestClock.monotonic();
                if !self.away.contains(&now.saturating_sub(begun)) {
                    pulse.beat(now);
                }
            }
        };
        let person = async {
            if let Some((after, wish)) = self.sends {
                sleep(after).await;
                story.send(wish).await;
            }
            std::future::pending::<()>().await;
        };
        let people = async { tokio::join!(keeper, person).0 };
        let ended = driver.drive(&held, people).await.unwrap();
        let Ended::Finished(status) = ended else { panic!("{ended:?}") };
        let took = TestClock.monotonic().saturating_sub(begun);
        (status, took, crate::lines(&story.entries().await))
    }
}

fn away(timeout: &'static str, away: Range<Duration>) -> Outage {
    Outage { timeout, away, sends: None, format: Format::CURRENT }
}

/// Whether it took so long, give or take what lies between renewals.
fn is_about(took: Duration, expected: Duration) -> bool {
    took.abs_diff(expected) <= TTL
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_the_store_kept_away_counts_when_it_is_back() {
    let outage = away("20m", minutes(15)..minutes(55));
    let sends = Some((minutes(57), answer("a", "abort")));
    let (status, _, lines) = Outage { sends, ..outage }.story().await;
    assert_eq!(status, ExecutionStatus::Cancelled);
    assert_eq!(lines, ["event started", "event extended", "event signalled"]);
}

#[tokio::test(start_paused = true)]
async fn silence_answers_once_what_was_left_is_over() {
    for (timeout, span, expected) in [
        ("20m", minutes(99)..minutes(99), minutes(20)),
        ("20m", minutes(15)..minutes(55), minutes(60)),
        ("20m", minutes(5)..minutes(10), minutes(25)),
        // A last word of five minutes, however little was left, unless there never was as much time.
        ("20m", minutes(19)..minutes(50), minutes(55)),
        ("30s", Duration::from_secs(10)..minutes(3), Duration::from_secs(210)),
        // Too short to be noticed by those who answer.
        ("20m", minutes(5)..minutes(5) + Duration::from_secs(3), minutes(20)),
    ] {
        let (status, took, lines) = away(timeout, span.clone()).story().await;
        assert_eq!(status, ExecutionStatus::Completed);
        assert!(is_about(took, expected), "{timeout}, away {span:?}: {took:?}, not {expected:?}");
        let is_extended = lines.contains(&"event extended".to_owned());
        assert_eq!(is_extended, expected != minutes(20), "{span:?}: {lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_began_without_that_rule_ends_without_it() {
    let outage = away("20m", minutes(15)..minutes(55));
    let (_, took, lines) = Outage { format: Format(4), ..outage }.story().await;
    assert!(is_about(took, minutes(55)), "{took:?}");
    assert!(!lines.contains(&"event extended".to_owned()), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn who_resumes_finds_the_time_that_was_given() {
    let story = Story::of(
        "waves = {{ name = 'a', run = function() end,
            pause = { message = '?', timeout = '20m', on_timeout = 'continue' } }}",
    )
    .await;
    assert!(matches!(story.drive(Answers::new()).await.unwrap(), Ended::Waiting(_)));
    let held = lease(story.store.as_ref(), "x").await;
    let by = 30 * 60 * 1000;
    let event = Event::Extended { prompt: "a".to_owned(), by };
    let last = story.entries().await.last().unwrap().sequence;
    let entry = Entry {
        sequence: last + 1,
        epoch: held.epoch,
        at: TestClock.now(),
        body: Body::Event { event },
    };
    story.store.append(&held, &[entry]).await.unwrap();
    sleep(minutes(45)).await;
    assert!(matches!(story.drive(Answers::new()).await.unwrap(), Ended::Waiting(_)));
    assert_eq!(story.statuses().await, [WaveStatus::Paused]);
    sleep(minutes(6)).await;
    story.ends(ExecutionStatus::Completed).await;
}
