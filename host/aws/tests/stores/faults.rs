//! Every fault, at every request of every operation: what was asked is done exactly once, and said so.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use moontide_runtime::store::{Store, StoreError};

use super::tables::client;
use crate::dynamo::Dynamo;
use crate::dynamo::proxy::{Action, Asked, Phase, Proxy};
use crate::given::{entries, leased};
use crate::place::Place;
use crate::story::{OPERATIONS, everything, perform, prepare};

/// A fault, and on which side of the effect.
type Fault = (Phase, Action);

/// A fault that strikes once.
#[derive(Clone, Default)]
struct Once(Arc<Mutex<Option<ActiveFault>>>);

struct ActiveFault {
    fault: Fault,
    /// How many requests come before the one to strike.
    before: usize,
    /// The number of the request to strike, once it is there. Others may be under way beside it.
    target: Option<usize>,
}

impl Once {
    /// Strikes the how manieth request from now.
    fn arm(&self, number: usize, fault: Fault) {
        *self.0.lock().unwrap() = Some(ActiveFault { fault, before: number - 1, target: None });
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

/// The reply to the first append is lost; before it is sent again, another runner takes over, and appends.
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
        let _ = perform(operation, &store, &lease).await;
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
