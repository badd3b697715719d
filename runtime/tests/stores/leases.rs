//! At most one runner can write, whatever the others believe.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::RetryBudget;
use moontide_runtime::store::lease::{Acquired, acquire, keep};
use moontide_runtime::store::{Lease, LeaseRecord, Pulse, Store, StoreError};

use crate::given::{entries, execution, leased, moment, sequences};
use crate::place::Place;

crate::on_every_store!(
    a_lease_changes_hands_under_a_new_epoch,
    one_of_many_takes_wins,
    a_runner_that_lost_the_lease_cannot_write,
    a_lease_that_was_given_back_cannot_write,
    only_the_holder_gives_it_back,
    the_beat_moves_with_every_renewal,
    a_free_lease_is_acquired_at_once,
    a_holder_that_shows_no_life_for_a_ttl_is_replaced,
    a_holder_that_lives_keeps_its_lease,
    a_lease_given_back_is_taken_without_waiting_longer,
    the_runner_that_took_over_first_is_not_replaced_in_turn,
    a_runner_that_will_not_wait_is_told_the_holder,
    a_lease_is_kept_until_it_is_lost,
);

pub(crate) const TTL: Duration = Duration::from_secs(30);

/// A clock on which time passes only while a task sleeps, and something may happen meanwhile.
pub(crate) struct TestClock<'a> {
    now: Mutex<Duration>,
    meanwhile: Box<dyn Fn(Duration) -> BoxFuture<'a, ()> + Send + Sync + 'a>,
    /// A longer sleep never ends: it watches over something that takes no time by this clock.
    longest: Duration,
    /// No sleep is shorter: the process is stopped in each.
    pub(crate) shortest: Duration,
}

impl<'a> TestClock<'a> {
    /// Nothing happens meanwhile.
    pub(crate) fn quiet() -> TestClock<'a> {
        TestClock::with(|_| Box::pin(async {}))
    }

    /// The same; a sleep that is longer never ends.
    pub(crate) fn of_sleeps_up_to(longest: Duration) -> TestClock<'a> {
        TestClock { longest, ..TestClock::quiet() }
    }

    /// After every sleep `meanwhile` happens, told how much time has passed in all.
    pub(crate) fn with(
        meanwhile: impl Fn(Duration) -> BoxFuture<'a, ()> + Send + Sync + 'a,
    ) -> TestClock<'a> {
        let (shortest, longest) = (Duration::ZERO, Duration::MAX);
        TestClock { now: Mutex::default(), meanwhile: Box::new(meanwhile), longest, shortest }
    }
}

#[async_trait]
impl Clock for TestClock<'_> {
    fn now(&self) -> Timestamp {
        moment(0)
    }

    fn monotonic(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        assert!(!duration.is_zero(), "a sleep of no time is a busy loop");
        if duration > self.longest {
            std::future::pending::<()>().await;
        }
        *self.now.lock().unwrap() += duration.max(self.shortest);
        (self.meanwhile)(self.monotonic()).await;
    }
}

fn held(holder: &str) -> StoreError {
    StoreError::Held { holder: holder.to_owned() }
}

async fn a_lease_changes_hands_under_a_new_epoch(place: &Place) {
    let store = place.open();
    store.create(&execution("x")).await.unwrap();
    assert_eq!(store.lease("x").await, Ok(None));
    let first = store.take("x", "alice", None).await.unwrap();
    assert_eq!(first, Lease { execution: "x".to_owned(), holder: "alice".to_owned(), epoch: 1 });
    let seen = LeaseRecord { holder: "alice".to_owned(), epoch: 1, beat: 0 };
    assert_eq!(place.open().lease("x").await, Ok(Some(seen.clone())));

    assert_eq!(place.open().take("x", "bob", None).await, Err(held("alice")));
    let stale = LeaseRecord { beat: 7, ..seen.clone() };
    assert_eq!(place.open().take("x", "bob", Some(&stale)).await, Err(held("alice")));
    let second = place.open().take("x", "bob", Some(&seen)).await.unwrap();
    assert_eq!(second.epoch, 2);
}

async fn one_of_many_takes_wins(place: &Place) {
    let stores = [place.open(), place.open(), place.open()];
    stores[0].create(&execution("x")).await.unwrap();
    for epoch in 1..=5 {
        let seen = stores[0].lease("x").await.unwrap();
        let takes = (0..12).map(|n| stores[n % 3].take("x", "runner", seen.as_ref()));
        let (won, lost): (Vec<_>, Vec<_>) =
            join_all(takes).await.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), won[0].as_ref().unwrap().epoch), (1, epoch));
        assert!(lost.iter().all(|lost| matches!(lost, Err(StoreError::Held { .. }))), "{lost:?}");
    }
}

async fn a_runner_that_lost_the_lease_cannot_write(place: &Place) {
    let (store, other) = (place.open(), place.open());
    let lost = leased(&*store).await;
    store.append(&lost, &entries(&lost, [1])).await.unwrap();
    let seen = other.lease("x").await.unwrap();
    // Even under the same name.
    let taken = other.take("x", "alice", seen.as_ref()).await.unwrap();

    let fenced = StoreError::Fenced { ours: 1, current: 2 };
    assert_eq!(store.append(&lost, &entries(&lost, [2])).await, Err(fenced.clone()));
    assert_eq!(store.renew(&lost).await, Err(fenced));
    assert_eq!(store.release(&lost).await, Ok(()));
    assert_eq!(sequences(&*store).await, [1]);
    other.append(&taken, &entries(&taken, [2])).await.unwrap();
    assert_eq!(sequences(&*store).await, [1, 2]);
}

async fn a_lease_that_was_given_back_cannot_write(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    store.release(&lease).await.unwrap();
    assert!(store.lease("x").await.unwrap().unwrap().is_free());
    let fenced = StoreError::Fenced { ours: 1, current: 1 };
    assert_eq!(store.append(&lease, &entries(&lease, [1])).await, Err(fenced.clone()));
    assert_eq!(store.renew(&lease).await, Err(fenced));
    // Nor can a nameless holder who read the record.
    let unleased = Lease { holder: String::new(), ..lease };
    assert!(store.append(&unleased, &entries(&unleased, [1])).await.is_err());
}

async fn only_the_holder_gives_it_back(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    let before = store.lease("x").await;
    store.release(&Lease { holder: "bob".to_owned(), ..lease.clone() }).await.unwrap();
    store.release(&Lease { epoch: 2, ..lease.clone() }).await.unwrap();
    assert_eq!(store.lease("x").await, before);
    store.append(&lease, &entries(&lease, [1])).await.unwrap();
}

async fn the_beat_moves_with_every_renewal(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    let first = store.lease("x").await.unwrap().unwrap();
    store.renew(&lease).await.unwrap();
    store.renew(&lease).await.unwrap();
    let later = place.open().lease("x").await.unwrap().unwrap();
    assert_eq!(later, LeaseRecord { beat: first.beat + 2, ..first });
}

async fn a_free_lease_is_acquired_at_once(place: &Place) {
    let (store, clock) = (place.open(), TestClock::quiet());
    store.create(&execution("x")).await.unwrap();
    let Acquired { lease, .. } =
        acquire(&*store, &clock, "x", "alice", TTL, Duration::ZERO).await.unwrap();
    store.release(&lease).await.unwrap();
    let Acquired { lease: again, .. } =
        acquire(&*store, &clock, "x", "bob", TTL, Duration::ZERO).await.unwrap();
    assert_eq!((again.epoch, clock.monotonic()), (2, Duration::ZERO));
}

async fn a_holder_that_shows_no_life_for_a_ttl_is_replaced(place: &Place) {
    let (store, clock) = (place.open(), TestClock::quiet());
    let lost = leased(&*store).await;
    let Acquired { lease, .. } =
        acquire(&*place.open(), &clock, "x", "bob", TTL, TTL * 2).await.unwrap();
    assert_eq!((lease.epoch, clock.monotonic()), (2, TTL));
    assert!(store.append(&lost, &entries(&lost, [1])).await.is_err());
}

async fn a_holder_that_lives_keeps_its_lease(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    // It was slow, and beats in the last moment.
    let clock = TestClock::with(|passed| {
        let (store, lease) = (Arc::clone(&store), lease.clone());
        Box::pin(async move {
            if passed == TTL {
                store.renew(&lease).await.unwrap();
            }
        })
    });
    let refused = acquire(&*place.open(), &clock, "x", "bob", TTL, TTL * 2).await;
    assert_eq!(refused, Err(held("alice")));
    store.append(&lease, &entries(&lease, [1])).await.unwrap();
}

async fn a_lease_given_back_is_taken_without_waiting_longer(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    let clock = TestClock::with(|_| {
        let (store, lease) = (Arc::clone(&store), lease.clone());
        Box::pin(async move { store.release(&lease).await.unwrap() })
    });
    let Acquired { lease: taken, .. } =
        acquire(&*place.open(), &clock, "x", "bob", TTL, TTL).await.unwrap();
    assert_eq!(taken.epoch, 2);
    assert!(clock.monotonic() < TTL / 2, "{:?}", clock.monotonic());
}

async fn the_runner_that_took_over_first_is_not_replaced_in_turn(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    // In the last moment of the watch the lease is given back, and another runner takes it.
    let clock = TestClock::with(|passed| {
        let (store, lease) = (Arc::clone(&store), lease.clone());
        Box::pin(async move {
            if passed == TTL {
                store.release(&lease).await.unwrap();
                let free = store.lease("x").await.unwrap();
                store.take("x", "carol", free.as_ref()).await.unwrap();
            }
        })
    });
    let refused = acquire(&*place.open(), &clock, "x", "bob", TTL, TTL * 2).await;
    assert_eq!(refused, Err(held("carol")));
}

async fn a_runner_that_will_not_wait_is_told_the_holder(place: &Place) {
    let (store, clock) = (place.open(), TestClock::quiet());
    leased(&*store).await;
    let refused = acquire(&*store, &clock, "x", "bob", TTL, Duration::ZERO).await;
    assert_eq!((refused, clock.monotonic()), (Err(held("alice")), Duration::ZERO));
    let patience = Duration::from_secs(5);
    let refused = acquire(&*store, &clock, "x", "bob", TTL, patience).await;
    assert_eq!((refused, clock.monotonic()), (Err(held("alice")), patience));
}

async fn a_lease_is_kept_until_it_is_lost(place: &Place) {
    let store = place.open();
    let lease = leased(&*store).await;
    let period = TTL / 3;
    let mut clock = TestClock::with(|passed| {
        let store: Arc<dyn Store> = Arc::clone(&store);
        Box::pin(async move {
            if passed == TTL {
                let seen = store.lease("x").await.unwrap();
                assert_eq!(seen.as_ref().unwrap().beat, 2);
                store.take("x", "bob", seen.as_ref()).await.unwrap();
            }
        })
    });
    clock.longest = period;
    let lost = keep(&*store, &clock, &lease, period, TTL, RetryBudget::of(TTL), &pulse()).await;
    assert_eq!(lost, StoreError::Fenced { ours: 1, current: 2 });
}

/// A pulse that is never asked.
pub(crate) fn pulse() -> Pulse {
    Pulse::steady(Arc::new(TestClock::quiet()))
}
