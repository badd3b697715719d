//! A runner that cannot show that it lives stops.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use moontide_kit::{Hooked, Hooks};
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::RetryBudget;
use moontide_runtime::store::lease::keep;
use moontide_runtime::store::{Lease, MemoryStore, Store, StoreError};

use crate::given::leased;
use crate::leases::{TTL, TestClock, pulse};

/// How a store answers a renewal.
#[derive(Clone, Copy, PartialEq)]
enum Answers {
    Well,
    Busy,
    Broken,
    Never,
}

/// The answers to renewals, the last one first; the first one for ever.
struct Troubled(Mutex<Vec<Answers>>);

impl Troubled {
    fn next(&self) -> Answers {
        let mut answers = self.0.lock().unwrap();
        if answers.len() > 1 { answers.pop().unwrap() } else { answers[0] }
    }

    /// Why a runner stops that keeps its lease in a store which answers its renewals in this order, and when.
    async fn stops(answers: &[Answers]) -> (StoreError, Duration) {
        let troubled = Troubled(Mutex::new(answers.iter().rev().copied().collect()));
        let store = Hooked::over(&Arc::new(MemoryStore::new()), troubled);
        let lease = leased(&*store.inner).await;
        let clock = TestClock::quiet();
        let lost = keep(&store, &clock, &lease, TTL / 4, TTL, RetryBudget::of(TTL), &pulse()).await;
        (lost, clock.monotonic())
    }
}

#[async_trait]
impl Hooks for Troubled {
    async fn renew(&self, inner: &dyn Store, lease: &Lease) -> Result<(), StoreError> {
        let transient = match self.next() {
            Answers::Well => return inner.renew(lease).await,
            Answers::Never => std::future::pending().await,
            answer => answer == Answers::Busy,
        };
        Err(StoreError::Unusable { place: "store".into(), message: "no".into(), transient })
    }
}

fn lapsed(message: &str) -> StoreError {
    StoreError::Lapsed { after: TTL, message: message.to_owned() }
}

#[tokio::test]
async fn a_store_that_is_busy_for_a_ttl_stops_the_runner() {
    let (lost, after) = Troubled::stops(&[Answers::Busy]).await;
    assert_eq!((lost, after), (lapsed("no"), TTL));
    // Counted from the last renewal: that of the second period.
    let (lost, after) = Troubled::stops(&[Answers::Well, Answers::Well, Answers::Busy]).await;
    assert_eq!((lost, after), (lapsed("no"), TTL / 4 * 2 + TTL));
}

#[tokio::test]
async fn a_store_that_never_answers_stops_the_runner_within_the_ttl() {
    let (lost, after) = Troubled::stops(&[Answers::Well, Answers::Never]).await;
    assert_eq!((lost, after), (lapsed("the store did not answer"), TTL / 4 + TTL));
}

#[tokio::test]
async fn a_store_that_was_busy_for_less_than_a_ttl_stops_no_runner() {
    let busy = [Answers::Busy; 3];
    let answers = [&busy[..], &[Answers::Well], &busy, &[Answers::Well, Answers::Broken]].concat();
    let (lost, after) = Troubled::stops(&answers).await;
    assert!(matches!(lost, StoreError::Unusable { transient: false, .. }), "{lost}");
    assert_eq!(after, TTL / 4 * 9);
}

#[tokio::test]
async fn a_runner_that_was_stopped_past_its_ttl_asks_before_it_gives_up() {
    let store = MemoryStore::new();
    let lease = leased(&store).await;
    // Every sleep lasts four times its ttl: no runner wants the lease in the first, one does in the
    // second.
    let nap = TTL * 4;
    let mut clock = TestClock::with(|passed| {
        let store = &store;
        Box::pin(async move {
            if passed > nap {
                let seen = store.lease("x").await.unwrap();
                store.take("x", "bob", seen.as_ref()).await.unwrap();
            }
        })
    });
    clock.shortest = nap;
    let lost = keep(&store, &clock, &lease, TTL / 4, TTL, RetryBudget::of(TTL), &pulse()).await;
    assert_eq!((lost, clock.monotonic()), (StoreError::Fenced { ours: 1, current: 2 }, nap * 2));
}
