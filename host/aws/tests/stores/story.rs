//! What a store is asked: every operation, on an execution whose table holds something of everything.

use std::fmt::Debug;
use std::time::Duration;

use moontide_runtime::effect::{Key, Lane};
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::feed::Words;
use moontide_runtime::store::{
    Behalf, Change, Condition, Feed, Lease, LeaseRecord, Mark, Standing, Store, StoreError, Wanted,
};

use crate::costs::Paused;
use crate::given::{entries, execution, leased, moment, signal, version};

/// What every runner and every command asks.
pub(crate) const OPERATIONS: [&str; 22] = [
    "create",
    "execution",
    "list",
    "find",
    "append",
    "append standing",
    "append large",
    "journal",
    "lease",
    "take",
    "take over",
    "renew",
    "release",
    "send",
    "signals",
    "document",
    "documents",
    "new document",
    "change",
    "delete",
    "change for an effect",
    "changed",
];

/// What is asked beside that, of the same table.
pub(crate) const OTHERS: [&str; 4] = ["holder is gone", "publish", "feed", "watch"];

/// What an operation returned, in words, so that all of them can be compared.
pub(crate) type Returned = Result<String, StoreError>;

/// The same of anything.
pub(crate) fn told<T: Debug>(returned: Result<T, StoreError>) -> Returned {
    returned.map(|it| format!("{it:?}"))
}

fn key(position: u32) -> Key {
    Key::of("x", &Lane::of_wave("database", 1), position)
}

/// A change of the group of this name.
fn put(name: &str, condition: Condition) -> Change {
    let (kind, name) = ("group".to_owned(), name.to_owned());
    let (at, by, body) = (moment(5), "ann".to_owned(), Some("text".into()));
    Change { kind, name, body, condition, at, by, behalf: None }
}

/// The same change, on behalf of the effect at this position.
fn for_effect(change: Change, lease: &Lease, position: u32) -> Change {
    Change { behalf: Some(Behalf { lease: lease.clone(), key: key(position) }), ..change }
}

/// What a program has said: so many lines.
fn feed(lines: usize) -> Feed {
    let mut feed = Feed::new(1);
    for line in 0..lines {
        let phase = format!("line {line}");
        feed.say(moment(6), Words::Phase { wave: "database".to_owned(), phase });
    }
    feed
}

/// An execution `x` with a lease, four entries, a signal and an effect that has changed a document; `y` is free.
pub(crate) async fn prepare(store: &dyn Store) -> Lease {
    let lease = leased(store).await;
    store.append(&lease, &entries(&lease, [1, 2])).await.unwrap();
    store.append(&lease, &entries(&lease, [3, 4])).await.unwrap();
    store.send("x", &signal("alice")).await.unwrap();
    store.create(&execution("y")).await.unwrap();
    store.change(&for_effect(put("a", Condition::New), &lease, 1)).await.unwrap();
    store.publish(&lease, &feed(1)).await.unwrap();
    lease
}

/// Does one of [`OPERATIONS`] or [`OTHERS`].
pub(crate) async fn perform(operation: &str, store: &dyn Store, lease: &Lease) -> Returned {
    match operation {
        "create" => told(store.create(&execution("z")).await),
        "execution" => told(store.execution("x").await),
        "list" => told(store.list().await),
        "find" => told(store.find(&Wanted::default()).await),
        "append standing" => {
            let standing = Some(Standing { status: ExecutionStatus::Paused, seen: 1 });
            told(store.append_standing(lease, &entries(lease, [5, 6]), standing).await)
        }
        "append" => told(store.append(lease, &entries(lease, [5, 6])).await),
        "append large" => told(store.append(lease, &entries(lease, 5..=3_000)).await),
        "journal" => {
            let read = store.journal("x", 2).await;
            told(read.map(|it| it.iter().map(|entry| entry.sequence).collect::<Vec<_>>()))
        }
        "lease" => told(store.lease("x").await),
        "take" => told(store.take("y", "carol", None).await),
        "take over" => {
            let seen = LeaseRecord { holder: "alice".to_owned(), epoch: 1, beat: 0 };
            told(store.take("x", "alice", Some(&seen)).await)
        }
        "renew" => told(store.renew(lease).await),
        "release" => told(store.release(lease).await),
        "send" => told(store.send("x", &signal("bob")).await),
        "signals" => told(store.signals("x", 0).await),
        "document" => told(store.document("group", "a").await),
        "documents" => told(store.documents("group", "").await),
        "new document" => told(store.change(&put("b", Condition::New)).await),
        "change" => told(store.change(&put("a", Condition::At(version(moment(5), 1)))).await),
        "delete" => {
            let delete = Change { body: None, ..put("a", Condition::Any) };
            told(store.change(&delete).await)
        }
        "change for an effect" => {
            let change = for_effect(put("a", Condition::Any), lease, 2);
            told(store.change(&change).await)
        }
        "changed" => told(store.changed("x", &key(1)).await),
        "holder is gone" => {
            let seen = LeaseRecord { holder: "alice".to_owned(), epoch: 1, beat: 0 };
            told(store.holder_is_gone("x", &seen).await)
        }
        "publish" => told(store.publish(lease, &feed(3)).await),
        "feed" => told(store.feed("x").await),
        "watch" => {
            let marks = [Mark::of_signals("x", 0), Mark::of_entries("y", 0)];
            told(store.watch(&marks, &Paused::new(), Duration::ZERO).await)
        }
        other => panic!("{other}"),
    }
}

/// Everything in the store, as it is now.
pub(crate) async fn everything(store: &dyn Store) -> Vec<String> {
    let mut found = Vec::new();
    for listed in store.list().await.unwrap() {
        found.push(format!("{listed:?}"));
        found.push(format!("{:?}", store.lease(&listed.id).await.unwrap()));
        let journal = store.journal(&listed.id, 1).await.unwrap();
        let written: Vec<_> = journal.iter().map(|it| (it.sequence, it.epoch)).collect();
        found.push(format!("{written:?}"));
        found.push(format!("{:?}", store.signals(&listed.id, 0).await.unwrap()));
        found.push(format!("{:?}", store.feed(&listed.id).await.unwrap()));
        found.push(format!("{:?}", store.archive().unwrap().seal(&listed.id).await.unwrap()));
    }
    found.push(format!("{:?}", store.find(&Wanted::default()).await.unwrap()));
    found.push(format!("{:?}", store.documents("group", "").await.unwrap()));
    for position in [1, 2] {
        let changed = store.changed("x", &key(position)).await;
        found.push(format!("{changed:?}"));
    }
    found
}
