//! What a simulated call costs: the official SDK, the in-process connector, the simulator.
//!
//! `cargo bench --bench sdk`

#[path = "../../host/control/src/rehearsal/connector.rs"]
mod connector;

use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use connector::InProcess;
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use moontide_aws::{AwsWorld, Session, Settings};
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::{Call, Key, Lane, Outcome, World};
use moontide_sim::{PausedClock, Simulator};
use serde_json::json;

/// tokio's paused time.
struct Paused;

#[async_trait]
impl Clock for Paused {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

fn a_simulated_call(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let world = include_str!("../../runbooks/three_tier/world.toml");
    let (world, _guard) = (
        moontide_sim::Scenario::parse(world, "world.toml").expect("a valid world"),
        runtime.enter(),
    );
    let clock = Arc::new(PausedClock::new(Timestamp::UNIX_EPOCH));
    let simulator = Simulator::new(world, clock);
    let session = Session::pretend(SharedHttpClient::new(InProcess::new(simulator.router())));
    let aws: Rc<dyn World> =
        Rc::new(AwsWorld::new(session, "us-west-2", Arc::new(Paused), Settings::default()));
    let lane = Lane::of_wave("bench", 1);
    let call = |operation: &str| Call {
        execution: "bench".to_owned(),
        nonce: String::new(),
        wave: "bench".to_owned(),
        key: Key::of("bench", &lane, 1),
        lane: lane.clone(),
        position: 1,
        operation: operation.to_owned(),
        arguments: json!({}),
    };
    for (what, name) in [
        ("a simulated call through the SDK: DescribeJobs, none", "drs.describe_jobs"),
        ("the same: DescribeSourceServers, ten", "drs.describe_source_servers"),
    ] {
        let operation = aws.operation(name).expect("it is registered");
        let call = call(name);
        c.bench_function(what, |bench| {
            bench.iter(|| {
                let reply = runtime.block_on(operation.perform(&call));
                assert!(matches!(reply.outcome, Outcome::Ok { .. }), "{reply:?}");
                black_box(reply)
            });
        });
    }
}

criterion_group!(benches, a_simulated_call);
criterion_main!(benches);
