//! News is found when it comes, at once where it is there already, and no earlier.

use std::time::Duration;

use futures_util::join;
use moontide_runtime::clock::Clock;
use moontide_runtime::store::feed::{Feed, Words};
use moontide_runtime::store::{Mark, Store, StoreError};

use crate::given::{entries, execution, leased, moment, signal};
use crate::leases::TestClock;
use crate::place::Place;

crate::on_every_store!(
    what_is_there_already_is_news_at_once,
    what_was_seen_is_no_news,
    an_entry_from_another_process_ends_the_wait,
    a_signal_from_another_process_ends_the_wait,
    of_many_executions_those_with_news_are_named,
    what_is_not_there_is_news,
    a_store_that_no_process_writes_to_keeps_its_version_or_cannot_tell,
    what_programs_say_is_news_and_the_last_runner_s_word_counts,
);

/// Longer than any store needs to find something out.
const LONG: Duration = Duration::from_hours(2);

/// A clock on which nothing waits for so long.
fn clock() -> TestClock<'static> {
    TestClock::of_sleeps_up_to(Duration::from_hours(1))
}

async fn watched(store: &dyn Store, marks: &[Mark], time: Duration) -> Vec<String> {
    store.watch(marks, &clock(), time).await.unwrap()
}

async fn what_is_there_already_is_news_at_once(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    store.append(&lease, &entries(&lease, 1..=3)).await.unwrap();
    store.send("x", &signal("ann")).await.unwrap();
    let both = Mark { signals: Some(0), ..Mark::of_entries("x", 3) };
    for mark in [Mark::of_entries("x", 2), Mark::of_signals("x", 0), both] {
        let (store, clock) = (place.open(), clock());
        let marks = [mark];
        assert_eq!(store.watch(&marks, &clock, LONG).await.unwrap(), ["x"], "{marks:?}");
        assert_eq!(clock.monotonic(), Duration::ZERO);
        // Also for those who cannot wait.
        assert_eq!(watched(&*store, &marks, Duration::ZERO).await, ["x"]);
    }
}

async fn what_was_seen_is_no_news(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    store.append(&lease, &entries(&lease, 1..=3)).await.unwrap();
    store.send("x", &signal("ann")).await.unwrap();
    let neither = Mark { entries: None, ..Mark::of_entries("x", 0) };
    let marks = [Mark::of_entries("x", 3), Mark::of_signals("x", 1), neither];
    let (clock, time) = (clock(), Duration::from_mins(1));
    assert!(store.watch(&marks, &clock, time).await.unwrap().is_empty());
    assert_eq!(clock.monotonic(), time, "it waits all the time");
    let far = [Mark::of_entries("x", u64::MAX), Mark::of_signals("x", u64::MAX)];
    assert!(watched(&*store, &far, Duration::ZERO).await.is_empty());
}

async fn an_entry_from_another_process_ends_the_wait(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    store.append(&lease, &entries(&lease, 1..=1)).await.unwrap();
    let (watcher, mark) = (place.open(), [Mark::of_entries("x", 1)]);
    let writes = async {
        // A sign of life is no entry.
        store.renew(&lease).await.unwrap();
        store.append(&lease, &entries(&lease, 2..=2)).await.unwrap();
    };
    let (news, ()) = join!(watched(&*watcher, &mark, LONG), writes);
    assert_eq!(news, ["x"]);
}

async fn a_signal_from_another_process_ends_the_wait(place: &Place) {
    let store = place.open();
    leased(&*store).await;
    store.send("x", &signal("ann")).await.unwrap();
    let (watcher, mark, bob) = (place.open(), [Mark::of_signals("x", 1)], signal("bob"));
    let (news, sent) = join!(watched(&*watcher, &mark, LONG), store.send("x", &bob));
    assert_eq!((news.as_slice(), sent), (&["x".to_owned()][..], Ok(2)));
}

async fn of_many_executions_those_with_news_are_named(place: &Place) {
    let store = place.open();
    let ids: Vec<String> = (0..60).map(|number| format!("x-{number}")).collect();
    for id in &ids {
        store.create(&execution(id)).await.unwrap();
    }
    store.send("x-7", &signal("ann")).await.unwrap();
    let lease = store.take("x-53", "alice", None).await.unwrap();
    store.append(&lease, &entries(&lease, 1..=1)).await.unwrap();
    let mark = |id: &String| Mark { signals: Some(0), ..Mark::of_entries(id, 0) };
    let marks: Vec<Mark> = ids.iter().map(mark).collect();
    assert_eq!(watched(&*store, &marks, LONG).await, ["x-7", "x-53"]);
    assert!(watched(&*store, &[], Duration::ZERO).await.is_empty());
}

async fn what_is_not_there_is_news(place: &Place) {
    let store = place.open();
    leased(&*store).await;
    let marks = [Mark::of_entries("x", 0), Mark::of_entries("gone", 0)];
    assert_eq!(watched(&*store, &marks, LONG).await, ["gone"]);
}

fn said(epoch: u64, phases: &[&str]) -> Feed {
    let mut feed = Feed::new(epoch);
    for phase in phases {
        let (wave, phase) = ("web".to_owned(), (*phase).to_owned());
        feed.say(moment(1), Words::Phase { wave, phase });
    }
    feed
}

async fn what_programs_say_is_news_and_the_last_runner_s_word_counts(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    assert_eq!(store.feed("x").await.unwrap().lines, []);
    let mark = |feed| Mark { entries: None, feed: Some(feed), ..Mark::of_entries("x", 0) };
    let begin = mark(Feed::default().end());
    assert!(watched(&*store, std::slice::from_ref(&begin), Duration::ZERO).await.is_empty());
    let first = said(1, &["launching", "waiting"]);
    let (marks, watcher) = ([begin], place.open());
    let (news, told) = join!(watched(&*watcher, &marks, LONG), store.publish(&lease, &first));
    assert_eq!((news.len(), told), (1, Ok(())));
    let read = place.open().feed("x").await.unwrap();
    assert_eq!((&read.lines, read.end()), (&first.lines, first.end()));
    assert!(watched(&*store, &[mark(first.end())], Duration::ZERO).await.is_empty());
    // The next runner begins to count anew; the one before it comes too late.
    let seen = store.lease("x").await.unwrap();
    let next = store.take("x", "bob", seen.as_ref()).await.unwrap();
    store.publish(&next, &said(2, &["verifying"])).await.unwrap();
    assert_eq!(watched(&*store, &[mark(first.end())], LONG).await, ["x"]);
    store.publish(&lease, &said(1, &["late", "later", "latest"])).await.unwrap();
    assert_eq!(store.feed("x").await.unwrap().lines, said(2, &["verifying"]).lines);
    let refused = store.feed("gone").await;
    assert!(refused.is_err_and(|error| matches!(error, StoreError::NotFound(_))));
}

async fn a_store_that_no_process_writes_to_keeps_its_version_or_cannot_tell(place: &Place) {
    let (store, watcher, clock) = (place.open(), place.open(), clock());
    let at_once = watcher.any_news(0, &clock, LONG).await.unwrap();
    assert!(at_once > 0 && clock.monotonic().is_zero());
    let later = watcher.any_news(at_once, &clock, Duration::from_mins(1)).await.unwrap();
    let waited = clock.monotonic().as_secs();
    assert!(if later == at_once { waited == 60 } else { waited == 5 }, "{waited} s");
    // Whatever changes is seen.
    let given = execution("x");
    let (now, created) = join!(watcher.any_news(later, &clock, LONG), store.create(&given));
    assert_eq!(created, Ok(()));
    assert_ne!(now.unwrap(), later);
}
