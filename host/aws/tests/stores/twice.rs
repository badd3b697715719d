//! An execution that arrives twice, the second time further on, for the tests of imports.

use std::sync::{Arc, Mutex};

use moontide_runtime::effect::state::OF_EXECUTIONS;
use moontide_runtime::effect::{Key, Lane};
use moontide_runtime::journal::Format;
use moontide_runtime::store::{Behalf, Change, Condition, Lease, Moved, Parcel, Store, StoreError};
use serde_json::json;

use crate::dynamo::Dynamo;
use crate::dynamo::proxy::{Action, Phase};
use crate::given::{entries, leased, moment, signal};
use crate::place::Place;

/// How an execution is before it arrives: twice, the second time further on.
pub(crate) struct Twice {
    pub(crate) first: Parcel,
    pub(crate) second: Parcel,
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

pub(crate) fn moved() -> Moved {
    let (by, to) = ("bob".to_owned(), "elsewhere".to_owned());
    Moved { at: moment(9), by, to, store: None, format: Format::CURRENT }
}

/// Its journal goes on with these entries; what it keeps for itself changes.
pub(crate) async fn goes_on(store: &dyn Store, lease: &Lease, sequences: [u64; 2], position: u32) {
    store.append(lease, &entries(lease, sequences)).await.unwrap();
    for (nth, (key, is_there)) in (0..).zip([("a", true), ("b", true), ("b", false)]) {
        store.change(&change(lease, position + nth, key, is_there)).await.unwrap();
    }
    store.send("x", &signal("ann")).await.unwrap();
}

pub(crate) async fn taken(store: &dyn Store, holder: &str) -> Lease {
    let seen = store.lease("x").await.unwrap();
    store.take("x", holder, seen.as_ref()).await.unwrap()
}

/// An execution of another table, packed, and packed again once it has gone on.
pub(crate) async fn twice() -> Twice {
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
pub(crate) async fn ready(parcels: &Twice, was_here: bool) -> Place {
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
pub(crate) async fn late<F>(
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
pub(crate) async fn all(place: &Place) -> (Parcel, String) {
    let store = place.open();
    let rows = store.find(&moontide_runtime::store::Wanted::default()).await.unwrap().rows;
    let parcel = store.archive().unwrap().export("x").await.unwrap();
    (parcel, format!("{rows:?}"))
}
