//! What a runner sends whose lease ends on the way to the wire.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use moontide_aws::{AwsWorld, Session, Settings};
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{EffectError, Unavailable, World};
use moontide_runtime::store::Pulse;
use serde_json::{Value, json};

use crate::support::{Answer, Script, TestClock, error, perform, value, world};

const TTL: Duration = Duration::from_secs(20);

fn launch() -> Value {
    json!({ "is_drill": true, "source_servers": [{ "source_server_id": "s-1" }] })
}

fn started() -> Script {
    Script::new(|_| Answer::Json(json!({ "job": { "jobID": "drsjob-1" } })))
}

#[track_caller]
fn is_kept_back(kept: &EffectError) {
    assert_eq!(
        (kept.code.as_str(), kept.unavailable),
        ("LeaseUncertain", Some(Unavailable::Lease))
    );
}

/// A runner that was stopped while its call was signed may not be the only one any more: the call does not leave.
#[tokio::test(start_paused = true)]
async fn nothing_that_changes_the_world_leaves_once_the_lease_may_be_anothers() {
    let aws = started();
    let world = world(&aws);
    let clock = Arc::new(TestClock::new());
    let pulse = Pulse::beating(clock.clone(), TTL, clock.monotonic());
    world.heed(&pulse);
    tokio::time::advance(Duration::from_secs(16)).await;
    is_kept_back(&error(perform(&world, "drs.start_recovery", launch()).await));
    assert_eq!(aws.count("StartRecovery"), 0);
    // A read changes nothing, so it leaves, and so does a wait.
    perform(&world, "drs.describe_jobs", json!({})).await;
    perform(&world, "drs.await_jobs", json!({ "job_ids": ["drsjob-1"] })).await;
    assert!(aws.count("DescribeJobs") > 1);
    pulse.beat(clock.monotonic());
    value(perform(&world, "drs.start_recovery", launch()).await);
    assert_eq!(aws.count("StartRecovery"), 1);
}

/// A runner that is stopped while it waits for its connection.
#[tokio::test(start_paused = true)]
async fn nothing_is_written_to_a_connection_that_came_when_the_lease_had_ended() {
    let aws = started().behind_a_connection_that_takes(Duration::from_secs(2));
    let world = world(&aws);
    let clock = Arc::new(TestClock::new());
    let pulse = Pulse::beating(clock.clone(), TTL, clock.monotonic());
    world.heed(&pulse);
    tokio::time::advance(Duration::from_secs(14)).await;
    is_kept_back(&error(perform(&world, "drs.start_recovery", launch()).await));
    assert_eq!(aws.count("StartRecovery"), 0);
    pulse.beat(clock.monotonic());
    value(perform(&world, "drs.start_recovery", launch()).await);
    assert_eq!(aws.count("StartRecovery"), 1);
}

/// Each look at it is ten seconds later: the lease is there when the call is signed, and gone when it is written.
#[derive(Debug, Default)]
struct Leaps(AtomicU64);

#[async_trait]
impl Clock for Leaps {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.0.fetch_add(10, Ordering::Relaxed))
    }

    async fn sleep(&self, _duration: Duration) {}
}

/// The same over the network, in whose errors the reason has to be found again.
#[tokio::test]
async fn a_request_is_cut_off_before_its_body_once_the_lease_has_ended() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let session = Session::pretend_at(&format!("http://{}", listener.local_addr().unwrap()));
    let received = std::thread::spawn(move || {
        let mut received = Vec::new();
        listener.accept().unwrap().0.read_to_end(&mut received).unwrap();
        String::from_utf8(received).unwrap()
    });
    let world =
        AwsWorld::new(session, "us-west-2", Arc::new(TestClock::new()), Settings::default());
    let clock = Arc::new(Leaps::default());
    world.heed(&Pulse::beating(clock.clone(), TTL, clock.monotonic()));
    is_kept_back(&error(perform(&world, "drs.start_recovery", launch()).await));
    assert_eq!(clock.monotonic(), Duration::from_secs(30), "it was looked at twice");
    let received = received.join().unwrap();
    assert!(!received.contains("sourceServer"), "{received}");
}
