//! Several imports of one execution, and one that wakes up long after: at every request of it.

use std::sync::{Arc, Mutex};

use moontide_runtime::effect::state::OF_EXECUTIONS;
use moontide_runtime::effect::{Key, Lane};
use moontide_runtime::journal::{Body, Format};
use moontide_runtime::scheduler::Event;
use moontide_runtime::store::{
    Behalf, Change, Condition, Document, Lease, Moved, Parcel, Signal, Store, StoreError,
    obligations,
};
use serde_json::json;

use crate::dynamo::Dynamo;
use crate::dynamo::proxy::{Action, Phase};
use crate::given::{entries, execution, leased, moment, signal};
use crate::place::Place;

/// How an execution is before it arrives: twice, the second time further on.
struct Twice {
    first: Parcel,
    second: Parcel,
}

fn change(lease: &Lease, position: u32, key: &str, is_there: bool) -> Change {
    Change {
        kind: OF_EXECUTIONS.to_owned(),
        name: format!("x/{key}"),
        body: is_there.then(|| json!(position)),
        condition: Condition::Any,
        at: moment(3),
        by: "x".to_owned(),
        behalf: Some(Behalf {
            lease: lease.clone(),
            key: Key::of("x", &Lane::of_wave("database", 1), position),
        }),
    }
}

fn moved() -> Moved {
    let (by, to) = ("bob".to_owned(), "elsewhere".to_owned());
    Moved { at: moment(9), by, to, store: None, format: Format::CURRENT }
}

/// Its journal goes on with these entries; what it keeps for itself changes.
async fn goes_on(store: &dyn Store, lease: &Lease, sequences: [u64; 2], position: u32) {
    store.append(lease, &entries(lease, sequences)).await.unwrap();
    for (nth, (key, is_there)) in (0..).zip([("a", true), ("b", true), ("b", false)]) {
        store.change(&change(lease, position + nth, key, is_there)).await.unwrap();
    }
    store.send("x", &signal("ann")).await.unwrap();
}

async fn taken(store: &dyn Store, holder: &str) -> Lease {
    let seen = store.lease("x").await.unwrap();
    store.take("x", holder, seen.as_ref()).await.unwrap()
}

/// An execution of another table, packed, and packed again once it has gone on.
async fn twice() -> Twice {
    let store = Place::in_a_table().await.open();
    let archive = store.archive().unwrap();
    let lease = leased(&*store).await;
    goes_on(&*store, &lease, [1, 2], 10).await;
    let first = archive.export("x").await.unwrap();
    store.change(&change(&lease, 20, "a", false)).await.unwrap();
    let lease = taken(&*store, "bob").await;
    goes_on(&*store, &lease, [3, 4], 30).await;
    let second = archive.export("x").await.unwrap();
    Twice { first, second: Parcel { moves: true, ..second } }
}

/// A table that it arrives in: where it never was, or which it has left before.
async fn ready(parcels: &Twice, was_here: bool) -> Place {
    let place = Place::in_a_table().await;
    if was_here {
        let store = place.open();
        let lease = leased(&*store).await;
        goes_on(&*store, &lease, [1, 2], 10).await;
        assert_eq!(store.archive().unwrap().export("x").await.unwrap(), parcels.first);
        store.archive().unwrap().part(&lease, &moved()).await.unwrap();
    }
    place
}

/// Imports, as `late` at this request; before that, `then` is done.
async fn late<F>(
    place: &Place,
    parcel: &Parcel,
    number: usize,
    then: F,
) -> Option<Result<(), StoreError>>
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = tokio::runtime::Handle::current();
    let then = Mutex::new(Some(Box::pin(then)));
    let struck = Arc::new(Mutex::new(false));
    let said = Arc::clone(&struck);
    let proxy = Dynamo::shared().proxied(move |asked, phase| {
        if phase == Phase::Before && asked.number == number {
            let then = then.lock().unwrap().take().unwrap();
            *said.lock().unwrap() = true;
            let (done, waiting) = std::sync::mpsc::channel();
            runtime.spawn(async move {
                then.await;
                done.send(()).unwrap();
            });
            waiting.recv().unwrap();
        }
        Action::Pass
    });
    let store = place.at(&proxy.endpoint());
    let imported = store.archive().unwrap().import(parcel).await;
    let struck = *struck.lock().unwrap();
    struck.then_some(imported)
}

/// What is in the table of `x`: all of it, and what the list says.
async fn all(place: &Place) -> (Parcel, String) {
    let store = place.open();
    let rows = store.find(&moontide_runtime::store::Wanted::default()).await.unwrap().rows;
    let parcel = store.archive().unwrap().export("x").await.unwrap();
    (parcel, format!("{rows:?}"))
}

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

/// Imports until this request, from which on nothing is allowed any more; whether it came to that.
async fn cut_off(place: &Place, parcel: &Parcel, number: usize) -> bool {
    let proxy = Dynamo::shared().proxied(move |asked, phase| {
        let is_cut = asked.number >= number && phase == Phase::Before;
        if is_cut { Action::Throttle("AccessDeniedException") } else { Action::Pass }
    });
    place.at(&proxy.endpoint()).archive().unwrap().import(parcel).await.is_err()
}

/// Nothing is there of an execution `x`, which can begin.
async fn is_clean(place: &Place) {
    let store = place.open();
    assert_eq!(store.execution("x").await.err(), Some(StoreError::NotFound("x".to_owned())));
    assert_eq!(store.documents(OF_EXECUTIONS, "x/").await, Ok(Vec::new()));
    let lease = leased(&*store).await;
    store.append(&lease, &entries(&lease, [1, 2])).await.unwrap();
    let (parcel, _) = all(place).await;
    assert!(parcel.signals.is_empty() && parcel.belongings.are_none(), "{parcel:?}");
    assert_eq!(parcel.journal.len(), 2);
}

/// It is as it was when it left from here, and can be taken back.
async fn is_as_it_left(place: &Place, parcels: &Twice, before: &(Parcel, String)) {
    assert_eq!(all(place).await, *before);
    let store = place.open();
    store.archive().unwrap().lift("x", &moved()).await.unwrap();
    assert_eq!(all(place).await.0, parcels.first);
    let lease = taken(&*store, "carol").await;
    // The effects of what was given up are made as if for the first time.
    goes_on(&*store, &lease, [3, 4], 30).await;
}

/// An import is cut off at each of its requests, and given up: nothing of it is left.
async fn what_is_given_up_leaves_nothing(was_here: bool) {
    let parcels = twice().await;
    let arriving = if was_here { &parcels.second } else { &parcels.first };
    let mut given_up = 0;
    for number in 1.. {
        let place = ready(&parcels, was_here).await;
        let before = if was_here { Some(all(&place).await) } else { None };
        if !cut_off(&place, arriving, number).await {
            break;
        }
        let store = place.open();
        let archive = store.archive().unwrap();
        let is_there = archive.is_arriving("x").await.unwrap();
        assert_eq!(archive.give_up("x").await, Ok(is_there), "request {number}");
        given_up += u32::from(is_there);
        assert_eq!(archive.is_arriving("x").await, Ok(false));
        assert_eq!(archive.give_up("x").await, Ok(false), "once");
        match &before {
            Some(before) => is_as_it_left(&place, &parcels, before).await,
            None => is_clean(&place).await,
        }
    }
    assert!(given_up > 4, "{given_up}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_where_it_never_was_leaves_nothing() {
    what_is_given_up_leaves_nothing(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_that_was_coming_back_is_as_it_left() {
    what_is_given_up_leaves_nothing(true).await;
}

/// An import stands still at each of its requests, and goes on once it was given up: it writes nothing more.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_given_up_wakes_up_late() {
    let parcels = twice().await;
    for was_here in [false, true] {
        let arriving = if was_here { &parcels.second } else { &parcels.first };
        let mut overtaken = 0;
        for number in 1.. {
            let place = Arc::new(ready(&parcels, was_here).await);
            let before = if was_here { Some(all(&place).await) } else { None };
            let store = place.open();
            let then = async move {
                store.archive().unwrap().give_up("x").await.unwrap();
            };
            let Some(imported) = late(&place, arriving, number, then).await else { break };
            let is_there = place.open().archive().unwrap().is_arriving("x").await;
            assert_eq!(is_there, Ok(false), "request {number}: {imported:?}");
            if imported.is_ok() {
                let (parcel, _) = all(&place).await;
                assert_eq!(Parcel { moves: was_here, ..parcel }, *arriving, "request {number}");
                continue;
            }
            overtaken += 1;
            match &before {
                Some(before) => is_as_it_left(&place, &parcels, before).await,
                None => is_clean(&place).await,
            }
        }
        assert!(overtaken > 4, "{overtaken}");
    }
}

/// What it keeps for itself does not fit into the transaction that makes it visible: then an earlier stay is written
/// over before, and only what has gone on takes its place.
#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_much_for_itself_arrives_and_is_not_given_up_where_it_was_before() {
    let mut parcels = twice().await;
    for parcel in [&mut parcels.first, &mut parcels.second] {
        let one = parcel.belongings.documents[0].clone();
        let more = (100..200).map(|number| Document { name: format!("x/{number}"), ..one.clone() });
        parcel.belongings.documents.extend(more);
        parcel.belongings.documents.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let mut refused = 0;
    for was_here in [false, true] {
        let arriving = if was_here { &parcels.second } else { &parcels.first };
        for number in 1.. {
            let place = Place::in_a_table().await;
            if was_here {
                let lease = leased(&*place.open()).await;
                goes_on(&*place.open(), &lease, [1, 2], 10).await;
                place.open().archive().unwrap().part(&lease, &moved()).await.unwrap();
            }
            let is_cut_off = cut_off(&place, arriving, number).await;
            let store = place.open();
            let given_up = store.archive().unwrap().give_up("x").await;
            if let Err(error) = &given_up {
                refused += 1;
                assert!(was_here && error.to_string().contains("has written over"), "{error}");
                assert_eq!(store.archive().unwrap().is_arriving("x").await, Ok(true));
            } else if !was_here && is_cut_off {
                is_clean(&place).await;
                continue;
            }
            if is_cut_off {
                store.archive().unwrap().import(arriving).await.unwrap();
            }
            let (parcel, _) = all(&place).await;
            assert_eq!(Parcel { moves: was_here, ..parcel }, *arriving, "request {number}");
            if !is_cut_off {
                break;
            }
        }
    }
    assert!(refused > 1, "{refused}");
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
