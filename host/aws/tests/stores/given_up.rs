//! An import that is cut off, or stands still, at each of its requests, and is given up: nothing of it is left.

use std::sync::Arc;

use moontide_runtime::effect::state::OF_EXECUTIONS;
use moontide_runtime::store::{Document, Parcel, Store, StoreError};

use crate::dynamo::Dynamo;
use crate::dynamo::proxy::{Action, Phase};
use crate::given::{entries, leased};
use crate::place::Place;
use crate::twice::{Twice, all, goes_on, late, moved, ready, taken, twice};

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
