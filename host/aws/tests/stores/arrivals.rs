//! Several imports of one execution, and one that wakes up long after: at every request of it.

use std::sync::{Arc, Mutex};

use moontide_runtime::journal::Body;
use moontide_runtime::scheduler::Event;
use moontide_runtime::store::{Document, Parcel, Signal, Store, obligations};

use crate::dynamo::Dynamo;
use crate::dynamo::proxy::{Action, Phase};
use crate::given::{entries, execution, leased, signal};
use crate::place::Place;
use crate::twice::{all, goes_on, late, moved, ready, taken, twice};

/// An import stands still at each of its requests, until another one has brought the execution in and it has gone on.
async fn one_that_wakes_up_late_changes_nothing(was_here: bool) {
    let parcels = twice().await;
    let arriving = if was_here { &parcels.second } else { &parcels.first };
    let next: [u64; 2] = if was_here { [5, 6] } else { [3, 4] };
    let went = |place: Arc<Place>, parcel: Parcel| async move {
        let store = place.open();
        store.archive().unwrap().import(&parcel).await.unwrap();
        let lease = taken(&*store, "carol").await;
        goes_on(&*store, &lease, next, 50).await;
    };
    let calm = Arc::new(ready(&parcels, was_here).await);
    went(Arc::clone(&calm), arriving.clone()).await;
    let expected = all(&calm).await;
    for number in 1.. {
        let place = Arc::new(ready(&parcels, was_here).await);
        let others = went(Arc::clone(&place), arriving.clone());
        let Some(imported) = late(&place, arriving, number, others).await else {
            assert!(number > 8, "{number}");
            return;
        };
        // It is there, as this one would have it: that is no failure.
        assert_eq!(all(&place).await, expected, "request {number}: {imported:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_arrives_where_it_never_was_wakes_up_late() {
    one_that_wakes_up_late_changes_nothing(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_comes_back_wakes_up_late() {
    one_that_wakes_up_late_changes_nothing(true).await;
}

/// An import is cut off at each of its requests; the execution, which was taken back meanwhile, arrives as it is by then.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_cut_off_import_has_left_is_no_part_of_the_next() {
    let parcels = twice().await;
    let calm = ready(&parcels, false).await;
    calm.open().archive().unwrap().import(&parcels.second).await.unwrap();
    let expected = all(&calm).await;
    assert_eq!(expected.0, Parcel { moves: false, ..parcels.second.clone() });
    for number in 1.. {
        let place = Arc::new(ready(&parcels, false).await);
        let (others, second) = (Arc::clone(&place), parcels.second.clone());
        let then = async move {
            others.open().archive().unwrap().import(&second).await.unwrap();
        };
        let Some(imported) = late(&place, &parcels.first, number, then).await else {
            assert!(number > 8, "{number}");
            return;
        };
        assert!(imported.is_err(), "request {number}");
        assert_eq!(all(&place).await, expected, "request {number}: {imported:?}");
    }
}

/// Two imports of the same parcel: the second begins while the first stands still, and is cut off a few requests later.
#[tokio::test(flavor = "multi_thread")]
async fn what_two_imports_of_one_parcel_bring_is_whole() {
    let parcels = twice().await;
    for others in [4, 6, 7, 8, 10] {
        for number in 1.. {
            let place = Arc::new(ready(&parcels, false).await);
            let (there, parcel) = (Arc::clone(&place), parcels.first.clone());
            let then = async move {
                let proxy = Dynamo::shared().proxied(move |asked, phase| {
                    let is_cut = asked.number > others && phase == Phase::Before;
                    if is_cut { Action::Throttle("AccessDeniedException") } else { Action::Pass }
                });
                let store = there.at(&proxy.endpoint());
                store.archive().unwrap().import(&parcel).await.unwrap_err();
            };
            let Some(imported) = late(&place, &parcels.first, number, then).await else { break };
            if imported.is_err() {
                place.open().archive().unwrap().import(&parcels.first).await.unwrap();
            }
            assert_eq!(all(&place).await.0, parcels.first, "{others}, request {number}");
        }
    }
}

/// Items that do not fit into one lie in parts: each in its own.
#[tokio::test]
async fn several_large_entries_and_signals_arrive_whole() {
    let store = Place::in_a_table().await.open();
    let lease = leased(&*store).await;
    for (sequence, bytes) in [(1, 500_000), (2, 600_000), (3, 700_000)] {
        let mut entry = entries(&lease, [sequence]).remove(0);
        let prompt = format!("{sequence}{}", "x".repeat(bytes));
        entry.body = Body::Event { event: Event::TimedOut { prompt } };
        store.append(&lease, &[entry]).await.unwrap();
        let comment = format!("{sequence}{}", "y".repeat(500_000));
        store.send("x", &Signal { comment, ..signal("ann") }).await.unwrap();
    }
    let parcel = store.archive().unwrap().export("x").await.unwrap();
    let place = Place::in_a_table().await;
    place.open().archive().unwrap().import(&parcel).await.unwrap();
    assert_eq!(all(&place).await.0, parcel);
    assert_eq!(place.open().journal("x", 1).await, store.journal("x", 1).await);
    assert_eq!(place.open().signals("x", 0).await, store.signals("x", 0).await);
}

/// A seal is to be lifted while an import is under way that brings the execution back: it goes on as it was, and no
/// import ends; or as it has come back.
#[tokio::test(flavor = "multi_thread")]
async fn a_seal_is_not_lifted_once_it_has_begun_to_come_back() {
    let parcels = twice().await;
    let mut ways = [0, 0];
    for number in 1.. {
        let place = Arc::new(ready(&parcels, true).await);
        let lifted = Arc::new(Mutex::new(None));
        let (store, said) = (place.open(), Arc::clone(&lifted));
        let then = async move {
            *said.lock().unwrap() = Some(store.archive().unwrap().lift("x", &moved()).await);
        };
        let Some(imported) = late(&place, &parcels.second, number, then).await else { break };
        let lifted = lifted.lock().unwrap().take().unwrap();
        let (parcel, _) = all(&place).await;
        if let Err(refused) = lifted {
            ways[1] += 1;
            let said = refused.to_string();
            assert!(said.contains("is about to arrive"), "request {number}: {said}");
            assert_eq!(imported, Ok(()), "request {number}");
            assert_eq!(Parcel { moves: true, ..parcel }, parcels.second, "request {number}");
        } else {
            ways[0] += 1;
            assert!(imported.is_err(), "request {number}: {imported:?}");
            assert_eq!(parcel, parcels.first, "request {number}");
        }
        taken(&*place.open(), "carol").await;
    }
    assert!(ways[0] > 2 && ways[1] > 5, "{ways:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_execution_begins_under_an_id_that_is_about_to_arrive() {
    let parcels = twice().await;
    let mut ways = [0, 0];
    for number in 1.. {
        let place = Arc::new(Place::in_a_table().await);
        let begun = Arc::new(Mutex::new(None));
        let (store, said) = (place.open(), Arc::clone(&begun));
        let then = async move {
            *said.lock().unwrap() = Some(store.create(&execution("x")).await);
        };
        let Some(imported) = late(&place, &parcels.first, number, then).await else { break };
        let begun = begun.lock().unwrap().take().unwrap();
        let (parcel, _) = all(&place).await;
        if let Err(refused) = begun {
            ways[1] += 1;
            let said = refused.to_string();
            assert!(said.contains("is about to arrive"), "request {number}: {said}");
            assert_eq!(imported, Ok(()), "request {number}");
            assert_eq!(parcel, parcels.first, "request {number}");
        } else {
            ways[0] += 1;
            assert!(imported.is_err(), "request {number}: {imported:?}");
            assert!(parcel.journal.is_empty() && parcel.signals.is_empty(), "request {number}");
            let lease = taken(&*place.open(), "carol").await;
            place.open().append(&lease, &entries(&lease, [1, 2])).await.unwrap();
        }
    }
    assert!(ways[0] > 2 && ways[1] > 5, "{ways:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_obligation_is_seen_before_its_execution() {
    let parcels = twice().await;
    let mut parcel = parcels.first.clone();
    let one = parcel.belongings.documents[0].clone();
    let (kind, name) = (obligations::KIND.to_owned(), "x/cleanup/1".to_owned());
    parcel.belongings.documents.push(Document { kind, name, ..one });
    for number in 1.. {
        let place = Arc::new(Place::in_a_table().await);
        let store = place.open();
        let then = async move {
            let is_there = store.execution("x").await.is_ok();
            let owed = store.documents(obligations::KIND, "").await.unwrap();
            assert_eq!(owed.len(), usize::from(is_there), "request {number}");
        };
        let Some(imported) = late(&place, &parcel, number, then).await else { break };
        assert_eq!(imported, Ok(()), "request {number}");
        assert_eq!(all(&place).await.0, parcel);
    }
}
