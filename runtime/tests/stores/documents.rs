//! Documents are changed under conditions, and once on behalf of an effect.

use std::sync::Arc;

use futures_util::future::join_all;
use moontide_runtime::effect::{Key, Lane};
use moontide_runtime::store::{
    Behalf, Change, Condition, Document, Documents, Lease, MemoryStore, Store, StoreError,
};
use serde_json::{Value, json};

use crate::given::{execution, leased, moment, version};
use crate::place::Place;

crate::on_every_store!(
    a_document_is_found_as_it_was_written,
    a_change_that_comes_too_late_is_told_the_version_in_force,
    a_version_is_never_given_twice,
    a_version_that_was_read_in_one_store_is_none_in_another,
    documents_of_a_kind_are_listed_by_name,
    of_many_who_have_read_the_same_version_one_writes,
    a_counter_that_many_raise_at_once_loses_nothing,
    an_effect_that_is_performed_again_changes_nothing,
    an_effect_that_was_refused_has_left_no_mark,
    only_who_holds_the_lease_writes_for_an_effect,
    what_no_store_can_keep_is_refused,
);

/// A change of the group `shop`.
fn put(body: Value, condition: Condition) -> Change {
    Change {
        kind: "group".to_owned(),
        name: "shop".to_owned(),
        body: Some(body),
        condition,
        at: moment(5),
        by: "ann".to_owned(),
        behalf: None,
    }
}

fn delete(condition: Condition) -> Change {
    Change { body: None, ..put(Value::Null, condition) }
}

fn named(name: &str) -> Change {
    Change { name: name.to_owned(), ..put(json!(name), Condition::New) }
}

fn conflict(version: u64) -> Result<u64, StoreError> {
    let (kind, name) = ("group".to_owned(), "shop".to_owned());
    Err(StoreError::Conflict { kind, name, version })
}

/// The same change, on behalf of the effect at this position.
fn for_effect(change: Change, lease: &Lease, position: u32) -> Change {
    Change { behalf: Some(Behalf { lease: lease.clone(), key: key(position) }), ..change }
}

fn key(position: u32) -> Key {
    Key::of("x", &Lane::of_wave("database", 1), position)
}

/// The version that the n-th change makes: they are all made at the same time.
fn nth(change: u64) -> u64 {
    version(moment(5), change)
}

async fn shop(store: &dyn Store) -> Option<(u64, Value)> {
    let document = store.document("group", "shop").await.unwrap();
    document.map(|document| (document.version, document.body))
}

async fn a_document_is_found_as_it_was_written(place: &Place) {
    let store = place.open();
    assert_eq!(store.document("group", "shop").await, Ok(None));
    let body = json!({ "servers": ["s-1", "s-2"], "name": "Läden \u{1f319}\n", "most": 1.5 });
    assert_eq!(store.change(&put(body.clone(), Condition::New)).await, Ok(nth(1)));
    let expected = Document {
        kind: "group".to_owned(),
        name: "shop".to_owned(),
        version: nth(1),
        body,
        written_at: moment(5),
        written_by: "ann".to_owned(),
    };
    assert_eq!(place.open().document("group", "shop").await, Ok(Some(expected)));
    assert_eq!(place.open().document("schedule", "shop").await, Ok(None));
    assert_eq!(store.change(&put(json!(2), Condition::Any)).await, Ok(nth(2)));
    assert_eq!(shop(&*place.open()).await, Some((nth(2), json!(2))));
}

async fn a_change_that_comes_too_late_is_told_the_version_in_force(place: &Place) {
    let store = place.open();
    assert_eq!(store.change(&put(json!(1), Condition::At(nth(1)))).await, conflict(0));
    store.change(&put(json!(1), Condition::New)).await.unwrap();
    assert_eq!(store.change(&put(json!(2), Condition::New)).await, conflict(nth(1)));
    assert_eq!(store.change(&put(json!(2), Condition::At(nth(1)))).await, Ok(nth(2)));
    assert_eq!(place.open().change(&put(json!(3), Condition::At(nth(1)))).await, conflict(nth(2)));
    assert_eq!(place.open().change(&delete(Condition::At(nth(1)))).await, conflict(nth(2)));
    assert_eq!(shop(&*store).await, Some((nth(2), json!(2))));
}

async fn a_version_is_never_given_twice(place: &Place) {
    let store = place.open();
    assert_eq!(store.change(&delete(Condition::Any)).await, Ok(0), "there is nothing to delete");
    store.change(&put(json!(1), Condition::New)).await.unwrap();
    assert_eq!(store.change(&delete(Condition::At(nth(1)))).await, Ok(nth(2)));
    assert_eq!(shop(&*place.open()).await, None);
    assert_eq!(store.documents("group", "").await, Ok(vec![]));
    assert_eq!(store.change(&delete(Condition::Any)).await, Ok(nth(2)), "it is deleted already");
    // A writer that has read the first one shall not write over another of the same name.
    assert_eq!(place.open().change(&put(json!(3), Condition::New)).await, Ok(nth(3)));
    assert_eq!(store.change(&put(json!(2), Condition::At(nth(1)))).await, conflict(nth(3)));
    assert_eq!(shop(&*place.open()).await, Some((nth(3), json!(3))));
}

async fn a_version_that_was_read_in_one_store_is_none_in_another(place: &Place) {
    let (store, other) = (place.open(), MemoryStore::new());
    store.change(&put(json!("here"), Condition::New)).await.unwrap();
    let there = Change { at: moment(6), ..put(json!("there"), Condition::New) };
    other.change(&there).await.unwrap();
    let (read, _) = shop(&*store).await.unwrap();
    let (kept, _) = shop(&other).await.unwrap();
    assert_eq!(other.change(&put(json!(1), Condition::At(read))).await, conflict(kept));
    assert_eq!(other.change(&delete(Condition::At(read))).await, conflict(kept));
    // Nor does a clock that was put back give one twice.
    let back = Change { at: moment(4), ..put(json!(2), Condition::At(read)) };
    assert_eq!(store.change(&back).await, Ok(read + 1));
    let later = Change { at: moment(7), ..put(json!(3), Condition::At(read + 1)) };
    assert_eq!(store.change(&later).await, Ok(version(moment(7), 1)));
}

async fn documents_of_a_kind_are_listed_by_name(place: &Place) {
    let store = place.open();
    for name in ["b/1", "a/2", "a/10", "a", "é", "A/1", "a/🌙"] {
        store.change(&named(name)).await.unwrap();
    }
    let other = Change { kind: "groups".to_owned(), ..named("a/1") };
    store.change(&other).await.unwrap();
    let names = async |prefix: &str| {
        let found = place.open().documents("group", prefix).await.unwrap();
        assert!(found.iter().all(|it| it.kind == "group" && it.body == json!(it.name)));
        found.into_iter().map(|document| document.name).collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["A/1", "a", "a/10", "a/2", "a/🌙", "b/1", "é"]);
    assert_eq!(names("a/").await, ["a/10", "a/2", "a/🌙"]);
    assert_eq!(names("c").await, [""; 0]);
    assert_eq!(store.documents("schedule", "").await, Ok(vec![]));
}

async fn of_many_who_have_read_the_same_version_one_writes(place: &Place) {
    let stores = [place.open(), place.open()];
    stores[0].change(&put(json!(0), Condition::New)).await.unwrap();
    let write = |n: usize| {
        let store = Arc::clone(&stores[n % 2]);
        async move { store.change(&put(json!(n), Condition::At(nth(1)))).await }
    };
    let written = join_all((0..20).map(write)).await;
    assert_eq!(written.iter().filter(|it| **it == Ok(nth(2))).count(), 1, "{written:?}");
    assert_eq!(written.iter().filter(|it| **it == conflict(nth(2))).count(), 19, "{written:?}");
}

async fn a_counter_that_many_raise_at_once_loses_nothing(place: &Place) {
    let stores = [place.open(), place.open()];
    let raise = |n: usize| {
        let store = Arc::clone(&stores[n % 2]);
        async move {
            loop {
                let (last, count) = shop(&*store).await.unwrap_or((0, json!(0)));
                let condition = if last == 0 { Condition::New } else { Condition::At(last) };
                let next = json!(count.as_u64().unwrap() + 1);
                match store.change(&put(next, condition)).await {
                    Ok(_) => return,
                    Err(error) => assert!(matches!(error, StoreError::Conflict { .. }), "{error}"),
                }
            }
        }
    };
    join_all((0..12).map(raise)).await;
    assert_eq!(shop(&*place.open()).await, Some((nth(12), json!(12))));
}

async fn an_effect_that_is_performed_again_changes_nothing(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    assert_eq!(store.changed("x", &key(1)).await, Ok(None));
    let first = for_effect(put(json!("a"), Condition::New), &lease, 1);
    assert_eq!(store.change(&first).await, Ok(nth(1)));
    assert_eq!(place.open().changed("x", &key(1)).await, Ok(Some(nth(1))));
    // Others have written since.
    assert_eq!(store.change(&put(json!("b"), Condition::At(nth(1)))).await, Ok(nth(2)));
    for condition in [Condition::New, Condition::Any, Condition::At(nth(2))] {
        let again = for_effect(put(json!("a"), condition), &lease, 1);
        assert_eq!(place.open().change(&again).await, Ok(nth(1)), "{condition:?}");
    }
    assert_eq!(shop(&*store).await, Some((nth(2), json!("b"))));
    // The next effect of the execution is another one, and so is a deletion.
    let next = for_effect(put(json!("c"), Condition::At(nth(2))), &lease, 2);
    assert_eq!(store.change(&next).await, Ok(nth(3)));
    let delete = for_effect(delete(Condition::At(nth(3))), &lease, 3);
    assert_eq!(store.change(&delete).await, Ok(nth(4)));
    assert_eq!(store.change(&put(json!("d"), Condition::New)).await, Ok(nth(5)));
    assert_eq!(place.open().change(&delete).await, Ok(nth(4)));
    assert_eq!(shop(&*store).await, Some((nth(5), json!("d"))));
    // Another execution with an effect of that key is none of its business.
    store.create(&execution("y")).await.unwrap();
    assert_eq!(store.changed("y", &key(1)).await, Ok(None));
}

async fn an_effect_that_was_refused_has_left_no_mark(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    store.change(&put(json!("a"), Condition::New)).await.unwrap();
    let late = for_effect(put(json!("b"), Condition::New), &lease, 1);
    assert_eq!(store.change(&late).await, conflict(nth(1)));
    assert_eq!(store.changed("x", &key(1)).await, Ok(None));
    let nothing =
        for_effect(Change { name: "other".to_owned(), ..delete(Condition::Any) }, &lease, 2);
    assert_eq!(store.change(&nothing).await, Ok(0));
    assert_eq!(store.changed("x", &key(2)).await, Ok(None));
    assert_eq!(shop(&*store).await, Some((nth(1), json!("a"))));
}

async fn only_who_holds_the_lease_writes_for_an_effect(place: &Place) {
    let store = place.open();
    let old = leased(&*store).await;
    let seen = store.lease("x").await.unwrap();
    let new = store.take("x", "bob", seen.as_ref()).await.unwrap();
    let late = for_effect(put(json!("old"), Condition::Any), &old, 1);
    let fenced = Err(StoreError::Fenced { ours: old.epoch, current: new.epoch });
    assert_eq!(store.change(&late).await, fenced);
    assert_eq!((shop(&*store).await, store.changed("x", &key(1)).await), (None, Ok(None)));
    let ours = for_effect(put(json!("new"), Condition::Any), &new, 1);
    assert_eq!(store.change(&ours).await, Ok(nth(1)));
    let stranger = Lease { execution: "z".to_owned(), ..new };
    let nowhere = for_effect(put(json!(1), Condition::Any), &stranger, 1);
    let missing = StoreError::NotFound("z".to_owned());
    assert_eq!(store.change(&nowhere).await, Err(missing.clone()));
    assert_eq!(store.changed("z", &key(1)).await, Err(missing));
    assert_eq!(shop(&*place.open()).await, Some((nth(1), json!("new"))));
}

async fn what_no_store_can_keep_is_refused(place: &Place) {
    let store = place.open();
    let refused = |error: StoreError| matches!(error, StoreError::Refused { .. });
    let long = put(json!("x".repeat(300_000)), Condition::Any);
    assert!(refused(store.change(&long).await.unwrap_err()));
    assert!(refused(store.change(&named("")).await.unwrap_err()));
    assert!(refused(store.document("group", "a\nb").await.unwrap_err()));
    let longest =
        Change { name: "ä".repeat(256), ..put(json!("x".repeat(262_142)), Condition::Any) };
    assert_eq!(store.change(&longest).await, Ok(nth(1)));
    assert_eq!(store.documents("group", "ä").await.unwrap().len(), 1);
}
