//! A seal that lands while a runner is about to take the lease: at every request of it.

use std::sync::{Arc, Mutex};

use moontide_runtime::journal::Format;
use moontide_runtime::store::{Lease, Moved, Store, StoreError};

use crate::dynamo::Dynamo;
use crate::dynamo::proxy::{Action, Phase};
use crate::given::{leased, moment};
use crate::place::Place;

/// A mover has stood still for longer than its ttl, and seals at the moment at which a runner takes over: one of both
/// comes too late.
#[tokio::test(flavor = "multi_thread")]
async fn no_runner_takes_the_lease_of_what_is_sealed_meanwhile() {
    let mut ways = [0, 0];
    for number in 1.. {
        let place = Arc::new(Place::in_a_table().await);
        let mover = leased(&*place.open()).await;
        let seen = place.open().lease("x").await.unwrap();
        let sealed = Arc::new(Mutex::new(None));
        let (runtime, there) = (tokio::runtime::Handle::current(), Arc::clone(&place));
        let (said, lease) = (Arc::clone(&sealed), mover.clone());
        let proxy = Dynamo::shared().proxied(move |asked, phase| {
            if phase == Phase::Before && asked.number == number {
                let (done, waiting) = std::sync::mpsc::channel();
                let (there, lease) = (Arc::clone(&there), lease.clone());
                runtime.spawn(async move { done.send(part(&there, &lease).await).unwrap() });
                *said.lock().unwrap() = Some(waiting.recv().unwrap());
            }
            Action::Pass
        });
        let taken = place.at(&proxy.endpoint()).take("x", "carol", seen.as_ref()).await;
        let Some(sealed) = sealed.lock().unwrap().take() else { break };
        assert_eq!(sealed, Ok(()), "request {number}: it comes first");
        assert!(matches!(taken, Err(StoreError::Sealed { .. })), "request {number}: {taken:?}");
        ways[number - 1] += 1;
        assert_eq!(place.open().lease("x").await.unwrap().unwrap().epoch, mover.epoch);
    }
    assert_eq!(ways, [1, 1], "it reads, and it writes");
    // And the other way round.
    let place = Place::in_a_table().await;
    let mover = leased(&*place.open()).await;
    let seen = place.open().lease("x").await.unwrap();
    place.open().take("x", "carol", seen.as_ref()).await.unwrap();
    assert_eq!(part(&place, &mover).await, Err(StoreError::Fenced { ours: 1, current: 2 }));
    assert_eq!(place.open().archive().unwrap().seal("x").await, Ok(None));
}

async fn part(place: &Place, lease: &Lease) -> Result<(), StoreError> {
    let (by, to) = ("bob".to_owned(), "elsewhere".to_owned());
    let moved = Moved { at: moment(9), by, to, store: None, format: Format::CURRENT };
    place.open().archive().unwrap().part(lease, &moved).await
}

/// A runner of an earlier release asks for nothing but the lease as it has read it: the seal has moved its beat.
#[tokio::test]
async fn a_seal_is_seen_in_the_lease() {
    let place = Place::in_a_table().await;
    let mover = leased(&*place.open()).await;
    let before = place.open().lease("x").await.unwrap().unwrap();
    part(&place, &mover).await.unwrap();
    assert!(place.open().lease("x").await.unwrap().unwrap().beat > before.beat);
}
