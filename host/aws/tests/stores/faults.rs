//! Every fault, at every request of every operation: what was asked is done exactly once, and said so.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use moontide_runtime::effect::{Key, Lane};
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{
    Behalf, Change, Condition, Document, Lease, LeaseRecord, Listed, Part, Signal, Standing, Store,
    StoreError, Wanted,
};

use super::tables::client;
use crate::dynamo::Dynamo;
use crate::dynamo::proxy::{Action, Asked, Phase, Proxy};
use crate::given::{entries, execution, leased, moment, signal};
use crate::place::Place;

/// A fault, and on which side of the effect.
type Fault = (Phase, Action);

/// A fault that strikes once.
#[derive(Clone, Default)]
struct Once(Arc<Mutex<Option<Armed>>>);

struct Armed {
    fault: Fault,
    /// How many requests come before the one to strike.
    before: usize,
    /// The number of the request to strike, once it is there. Others may be under way beside it.
    target: Option<usize>,
}

impl Once {
    /// Strikes the how manieth request from now.
    fn arm(&self, number: usize, fault: Fault) {
        *self.0.lock().unwrap() = Some(Armed { fault, before: number - 1, target: None });
    }

    /// Whether it has not struck.
    fn is_left(&self) -> bool {
        self.0.lock().unwrap().take().is_some()
    }

    fn strike(&self, asked: &Asked, phase: Phase) -> Action {
        let mut slot = self.0.lock().unwrap();
        let Some(armed) = slot.as_mut() else { return Action::Pass };
        if phase == Phase::Before && armed.target.is_none() {
            match armed.before.checked_sub(1) {
                Some(before) => armed.before = before,
                None => armed.target = Some(asked.number),
            }
        }
        let (side, action) = armed.fault;
        if phase != side || armed.target != Some(asked.number) {
            return Action::Pass;
        }
        *slot = None;
        action
    }
}

/// What an operation returned, so that all of them can be compared.
#[derive(Debug, PartialEq)]
enum Returned {
    Nothing(Result<(), StoreError>),
    Lease(Result<Lease, StoreError>),
    Record(Result<Option<LeaseRecord>, StoreError>),
    Number(Result<u64, StoreError>),
    Signals(Result<Vec<(u64, Signal)>, StoreError>),
    Sequences(Vec<u64>),
    Listed(Result<Vec<Listed>, StoreError>),
    Found(Result<Part, StoreError>),
    Head(Box<Result<moontide_runtime::journal::Execution, StoreError>>),
    Document(Result<Option<Document>, StoreError>),
    Documents(Result<Vec<Document>, StoreError>),
    Version(Result<Option<u64>, StoreError>),
}

const OPERATIONS: [&str; 22] = [
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

/// An execution `x` with a lease, four entries, a signal and an effect that has changed a document; `y` is free.
async fn prepare(store: &dyn Store) -> Lease {
    let lease = leased(store).await;
    store.append(&lease, &entries(&lease, [1, 2])).await.unwrap();
    store.append(&lease, &entries(&lease, [3, 4])).await.unwrap();
    store.send("x", &signal("alice")).await.unwrap();
    store.create(&execution("y")).await.unwrap();
    store.change(&for_effect(put("a", Condition::New), &lease, 1)).await.unwrap();
    lease
}

async fn perform(operation: &str, store: &dyn Store, lease: &Lease) -> Returned {
    match operation {
        "create" => Returned::Nothing(store.create(&execution("z")).await),
        "execution" => Returned::Head(Box::new(store.execution("x").await)),
        "list" => Returned::Listed(store.list().await),
        "find" => Returned::Found(store.find(&Wanted::default()).await),
        "append standing" => {
            let standing = Some(Standing { status: ExecutionStatus::Paused, seen: 1 });
            let entries = entries(lease, [5, 6]);
            Returned::Nothing(store.append_standing(lease, &entries, standing).await)
        }
        "append" => Returned::Nothing(store.append(lease, &entries(lease, [5, 6])).await),
        "append large" => {
            let many = entries(lease, 5..=3_000);
            Returned::Nothing(store.append(lease, &many).await)
        }
        "journal" => {
            let entries = store.journal("x", 2).await.unwrap();
            Returned::Sequences(entries.iter().map(|entry| entry.sequence).collect())
        }
        "lease" => Returned::Record(store.lease("x").await),
        "take" => Returned::Lease(store.take("y", "carol", None).await),
        "take over" => {
            let seen = LeaseRecord { holder: "alice".to_owned(), epoch: 1, beat: 0 };
            Returned::Lease(store.take("x", "alice", Some(&seen)).await)
        }
        "renew" => Returned::Nothing(store.renew(lease).await),
        "release" => Returned::Nothing(store.release(lease).await),
        "send" => Returned::Number(store.send("x", &signal("bob")).await),
        "signals" => Returned::Signals(store.signals("x", 0).await),
        "document" => Returned::Document(store.document("group", "a").await),
        "documents" => Returned::Documents(store.documents("group", "").await),
        "new document" => Returned::Number(store.change(&put("b", Condition::New)).await),
        "change" => Returned::Number(store.change(&put("a", Condition::At(1))).await),
        "delete" => {
            let delete = Change { body: None, ..put("a", Condition::Any) };
            Returned::Number(store.change(&delete).await)
        }
        "change for an effect" => {
            let change = for_effect(put("a", Condition::Any), lease, 2);
            Returned::Number(store.change(&change).await)
        }
        "changed" => Returned::Version(store.changed("x", &key(1)).await),
        other => panic!("{other}"),
    }
}

/// Everything in the store, as it is now.
async fn everything(store: &dyn Store) -> Vec<String> {
    let mut found = Vec::new();
    for listed in store.list().await.unwrap() {
        found.push(format!("{listed:?}"));
        found.push(format!("{:?}", store.lease(&listed.id).await.unwrap()));
        let journal = store.journal(&listed.id, 1).await.unwrap();
        let written: Vec<_> = journal.iter().map(|it| (it.sequence, it.epoch)).collect();
        found.push(format!("{written:?}"));
        found.push(format!("{:?}", store.signals(&listed.id, 0).await.unwrap()));
    }
    found.push(format!("{:?}", store.find(&Wanted::default()).await.unwrap()));
    found.push(format!("{:?}", store.documents("group", "").await.unwrap()));
    for position in [1, 2] {
        found.push(format!("{:?}", store.changed("x", &key(position)).await.unwrap()));
    }
    found
}

/// Strikes every request of every operation once; returns how many times it struck. Tokens are of no use
/// meanwhile: they are the second line of defence, and nonces the first.
async fn everywhere(fault: Fault) -> usize {
    let once = Once::default();
    let hook = once.clone();
    let proxy: Proxy =
        Dynamo::shared().proxied(move |asked, phase| match (hook.strike(asked, phase), phase) {
            (Action::Pass, Phase::Before) => Action::Forget,
            (action, _) => action,
        });
    let mut struck = 0;
    for operation in OPERATIONS {
        let calm = Place::in_a_table().await;
        let lease = prepare(&*calm.open()).await;
        let expected = perform(operation, &*calm.open(), &lease).await;
        let left = everything(&*calm.open()).await;
        for number in 1.. {
            let place = Place::in_a_table().await;
            let lease = prepare(&*place.open()).await;
            let store = place.at(&proxy.endpoint());
            once.arm(number, fault);
            let returned = perform(operation, &store, &lease).await;
            if once.is_left() {
                assert!(number > 1, "`{operation}` asks nothing");
                break;
            }
            assert_eq!(returned, expected, "{operation}, request {number}, {fault:?}");
            assert_eq!(everything(&*place.open()).await, left, "{operation}, request {number}");
            struck += 1;
        }
    }
    struck
}

macro_rules! everywhere {
    ($($test:ident: $phase:ident $action:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            let struck = everywhere((Phase::$phase, $action)).await;
            assert!(struck > OPERATIONS.len(), "{struck}");
        })*
    };
}

everywhere! {
    a_lost_request_is_sent_again: Before Action::Drop;
    a_lost_reply_is_no_failure: After Action::Drop;
    a_500_before_the_effect_is_tried_again: Before Action::Fail;
    a_500_after_the_effect_is_no_failure: After Action::Fail;
    a_throttled_table_is_asked_again: Before Action::Throttle("ProvisionedThroughputExceededException");
    a_throttled_account_is_asked_again: Before Action::Throttle("RequestLimitExceeded");
    a_throttle_is_waited_out: Before Action::Throttle("ThrottlingException");
    a_throttle_that_comes_too_late_is_no_failure: After Action::Throttle("ThrottlingException");
    a_conflict_is_tried_again: Before Action::Conflict;
}

/// The reply to the first append is lost; before it is sent again, somebody else takes over, and appends.
#[tokio::test]
async fn an_append_that_succeeded_before_a_take_over_has_succeeded() {
    let place = Place::in_a_table().await;
    let lease = leased(&*place.open()).await;
    let (other, seen) = (place.open(), place.open().lease("x").await.unwrap());
    let runtime = tokio::runtime::Handle::current();
    let taken = Mutex::new(false);
    let proxy = Dynamo::shared().proxied(move |asked, phase| {
        let mut taken = taken.lock().unwrap();
        if phase == Phase::Before {
            return Action::Forget;
        }
        if asked.operation != "TransactWriteItems" || *taken {
            return Action::Pass;
        }
        *taken = true;
        let (other, seen) = (Arc::clone(&other), seen.clone());
        let (done, waiting) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let theirs = other.take("x", "bob", seen.as_ref()).await.unwrap();
            other.append(&theirs, &entries(&theirs, [2])).await.unwrap();
            done.send(()).unwrap();
        });
        waiting.recv().unwrap();
        Action::Drop
    });
    let store = place.at(&proxy.endpoint());
    assert_eq!(store.append(&lease, &entries(&lease, [1])).await, Ok(()));
    let refused = store.append(&lease, &entries(&lease, [2])).await;
    assert_eq!(refused, Err(StoreError::Fenced { ours: 1, current: 2 }));
    let epochs: Vec<_> =
        place.open().journal("x", 1).await.unwrap().iter().map(|entry| entry.epoch).collect();
    assert_eq!(epochs, [1, 2]);
}

/// What may be answered with what was true a while ago, is; and nothing that the store asks may be.
#[tokio::test]
async fn no_read_may_be_stale() {
    let place = Place::in_a_table().await;
    let proxy = Dynamo::shared().proxied(|_, _| Action::Pass);
    let lease = prepare(&*place.open()).await;
    let store = place.at(&proxy.endpoint());
    store.check().await.unwrap();
    for operation in OPERATIONS {
        perform(operation, &store, &lease).await;
    }
    let asked = proxy.asked();
    let stale: Vec<_> = asked.iter().filter(|asked| asked.may_be_stale()).collect();
    assert!(stale.is_empty(), "{stale:?}");
    for read in ["GetItem", "Query", "BatchGetItem"] {
        assert!(asked.iter().any(|asked| asked.operation == read), "{read}");
    }
    assert_eq!(store.lease("x").await, place.open().lease("x").await);
}

/// So that the test above can fail.
#[tokio::test]
async fn the_proxy_answers_weak_reads_with_what_was() {
    let place = Place::in_a_table().await;
    let lease = prepare(&*place.open()).await;
    let proxy = Dynamo::shared().proxied(|_, _| Action::Pass);
    let client = client(&proxy.endpoint());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let beat = async |strong| {
        let get = client.get_item().table_name(&place.table).consistent_read(strong);
        let get = get.key("pk", text("execution#x")).key("sk", text("state"));
        get.send().await.unwrap().item.unwrap()["beat"].as_n().unwrap().clone()
    };
    assert_eq!(beat(false).await, "0");
    place.open().renew(&lease).await.unwrap();
    assert_eq!((beat(false).await.as_str(), beat(true).await.as_str()), ("0", "1"));
    assert!(proxy.asked()[0].may_be_stale());
}
