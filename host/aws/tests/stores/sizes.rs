//! What does not fit: into an item of 400 KB, into a request of 4 MB, into a page of 1 MB.

use moontide_runtime::journal::{Body, Entry, Execution};
use moontide_runtime::scheduler::Event;
use moontide_runtime::store::{Lease, Signal, StoreError};
use serde_json::{Map, Value, json};

use crate::given::{entries, execution, leased, moment, sequences, signal};
use crate::place::Place;

/// An entry of about so many bytes, which are no ASCII.
fn large(lease: &Lease, sequence: u64, bytes: usize) -> Entry {
    let prompt = "🌙".repeat(bytes / 4);
    let event = Event::TimedOut { prompt };
    Entry { sequence, epoch: lease.epoch, at: moment(0), body: Body::Event { event } }
}

#[tokio::test]
async fn a_large_head_is_kept_whole() {
    let place = Place::in_a_table().await;
    let mut given = execution("x");
    let module = |number: u32| {
        let source = format!("-- {number}\n{}", "return {}\n".repeat(25_000));
        (number.to_string(), json!({ "file": format!("{number}.luau"), "source": source }))
    };
    let modules: Map<String, Value> = (0..20).map(module).collect();
    given.bundle = serde_json::from_value(json!({ "entry": "0", "modules": modules })).unwrap();
    let store = place.open();
    store.create(&given).await.unwrap();
    assert_eq!(place.open().execution("x").await.unwrap(), given);
    let other = Execution { created_by: "bob".to_owned(), ..given.clone() };
    assert_eq!(store.create(&other).await, Err(StoreError::Exists("x".to_owned())));
    assert_eq!(place.open().execution("x").await.unwrap(), given);
}

#[tokio::test]
async fn large_entries_are_kept_whole_and_all_or_none() {
    let place = Place::in_a_table().await;
    let store = place.open();
    let lease = leased(&*store).await;
    let mut written = entries(&lease, [1, 2]);
    store.append(&lease, &written).await.unwrap();
    // Larger than an item; then, together, larger than a request.
    let (one, many) = (vec![large(&lease, 3, 700_000)], (4..14).map(|n| large(&lease, n, 500_000)));
    let many: Vec<Entry> = many.collect();
    for more in [one, many] {
        store.append(&lease, &more).await.unwrap();
        written.extend(more);
    }
    assert_eq!(place.open().journal("x", 1).await.unwrap(), written);
    assert_eq!(place.open().journal("x", 9).await.unwrap(), written[8..]);

    let lost = Lease { holder: "bob".to_owned(), ..lease.clone() };
    let refused = store.append(&lost, &[large(&lost, 14, 700_000)]).await;
    assert_eq!(refused, Err(StoreError::Fenced { ours: 1, current: 1 }));
    assert_eq!(sequences(&*store).await.len(), 13, "parts without their item are not seen");
    store.append(&lease, &entries(&lease, [14])).await.unwrap();
}

#[tokio::test]
async fn a_thousand_entries_at_once_are_one_append() {
    let place = Place::in_a_table().await;
    let store = place.open();
    let lease = leased(&*store).await;
    store.append(&lease, &entries(&lease, 1..=1000)).await.unwrap();
    assert!(sequences(&*store).await.into_iter().eq(1..=1000));
    assert_eq!(place.open().journal("x", 777).await.unwrap(), entries(&lease, 777..=1000));
}

#[tokio::test]
async fn a_journal_of_many_pages_is_read_to_its_end() {
    let place = Place::in_a_table().await;
    let store = place.open();
    let lease = leased(&*store).await;
    for sequence in 1..=15 {
        store.append(&lease, &[large(&lease, sequence, 300_000)]).await.unwrap();
    }
    assert!(sequences(&*place.open()).await.into_iter().eq(1..=15));
    assert_eq!(store.journal("x", 15).await.unwrap().len(), 1);
}

#[tokio::test]
async fn more_executions_than_a_batch_are_listed() {
    let place = Place::in_a_table().await;
    let store = place.open();
    for number in 0..120 {
        let id = format!("x{number:03}");
        store.create(&Execution { created_at: moment(number), ..execution(&id) }).await.unwrap();
        let lease = store.take(&id, "alice", None).await.unwrap();
        store
            .append(&lease, &entries(&lease, 1..=u64::try_from(number % 3 + 1).unwrap()))
            .await
            .unwrap();
    }
    let list = place.open().list().await.unwrap();
    let shown = list.iter().map(|listed| (listed.id.clone(), listed.last_sequence));
    let expected = (0..120u64).rev().map(|number| (format!("x{number:03}"), number % 3 + 1));
    assert!(shown.eq(expected), "{list:?}");
}

#[tokio::test]
async fn a_long_comment_is_no_obstacle_to_a_signal() {
    let place = Place::in_a_table().await;
    let store = place.open();
    store.create(&execution("x")).await.unwrap();
    let long = Signal { comment: "because ".repeat(80_000), ..signal("alice") };
    for number in 1..=3 {
        assert_eq!(store.send("x", &long).await, Ok(number));
    }
    assert_eq!(place.open().signals("x", 2).await.unwrap(), [(3, long)]);
}
