//! What a runner that waits costs, in virtual time: every request counted, at the prices of DynamoDB for small items.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;
use moontide_aws::{DynamoStore, Session};
use moontide_runtime::clock::Clock;
use moontide_runtime::effect::RetryBudget;
use moontide_runtime::store::{Lease, Mark, Pulse, Store, lease};
use serde_json::Value;
use tokio::time::Instant;

use crate::given::moment;
use crate::place::REGION;

const HOUR: Duration = Duration::from_hours(1);

/// A DynamoDB with one execution, to which nothing happens, and a counter.
#[derive(Clone, Debug, Default)]
struct Counter {
    /// In halves.
    reads: Arc<AtomicU32>,
    writes: Arc<AtomicU32>,
}

impl Counter {
    fn answer(&self, operation: &str, body: &Value) -> &'static str {
        let is_strong = |body: &Value| body["ConsistentRead"] == true;
        let read = |items: u32, is_strong: bool| {
            self.reads.fetch_add(items * (1 + u32::from(is_strong)), Ordering::Relaxed);
        };
        match operation {
            "UpdateItem" => {
                self.writes.fetch_add(1, Ordering::Relaxed);
                "{}"
            }
            "GetItem" => {
                read(1, is_strong(body));
                r#"{"Item": {"format": {"N": "1"}, "holder": {"S": "alice"}, "epoch": {"N": "1"},
                    "beat": {"N": "0"}, "last_sequence": {"N": "9"}}}"#
            }
            "Query" => {
                read(1, is_strong(body));
                r#"{"Items": []}"#
            }
            "BatchGetItem" => {
                let asked = &body["RequestItems"]["moontide"];
                let keys = asked["Keys"].as_array().unwrap();
                read(keys.len().try_into().unwrap(), is_strong(asked));
                if keys.iter().any(|key| key["sk"]["S"] == "state") {
                    r#"{"Responses": {"moontide": [{"pk": {"S": "execution#x"},
                        "sk": {"S": "state"}, "last_sequence": {"N": "9"}}]}}"#
                } else {
                    r#"{"Responses": {"moontide": []}}"#
                }
            }
            other => panic!("{other} is not expected of a runner that waits"),
        }
    }

    fn store(&self) -> DynamoStore {
        let session = Session::pretend(SharedHttpClient::new(self.clone()));
        DynamoStore::within(&session, REGION, "moontide")
    }

    fn read_units(&self) -> u32 {
        self.reads.load(Ordering::Relaxed).div_ceil(2)
    }
}

impl HttpClient for Counter {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Counter {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let body = request.body().bytes().unwrap_or_default();
        let body = serde_json::from_slice(body).unwrap_or_default();
        let answer = self.answer(target.rsplit('.').next().unwrap_or_default(), &body);
        let answer = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(answer));
        HttpConnectorFuture::ready(Ok(answer))
    }
}

/// Tokio's, which is paused.
pub(crate) struct Paused(Instant);

impl Paused {
    #[expect(clippy::disallowed_methods, reason = "tokio's clock, which is paused")]
    pub(crate) fn new() -> Paused {
        Paused(Instant::now())
    }
}

#[async_trait]
impl Clock for Paused {
    fn now(&self) -> Timestamp {
        moment(0)
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_hour_of_a_runner_costs_less_than_a_thousand_read_units() {
    let counter = Counter::default();
    let (store, clock) = (counter.store(), Paused::new());
    let held = Lease { execution: "x".to_owned(), holder: "alice".to_owned(), epoch: 1 };
    let (ttl, patience) = (Duration::from_secs(20), RetryBudget::USUAL);
    let pulse = Pulse::steady(Arc::new(Paused::new()));
    let keeps = lease::keep(&store, &clock, &held, ttl / 4, ttl, patience, &pulse);
    // As the driver waits for signals: `in_an_hour_at_a_pause…` holds it to that.
    let waits = async {
        let marks = [Mark::of_signals("x", 3)];
        while clock.monotonic() < HOUR {
            assert!(store.watch(&marks, &clock, HOUR / 6).await.unwrap().is_empty());
            assert!(store.signals("x", 3).await.unwrap().is_empty());
        }
    };
    tokio::select! {
        lost = keeps => panic!("{lost}"),
        () = waits => {}
    }
    let units = counter.read_units();
    assert!((900..1_000).contains(&units), "{units} read units");
    let writes = counter.writes.load(Ordering::Relaxed);
    assert!((715..=720).contains(&writes), "{writes} write units");
}

#[tokio::test(start_paused = true)]
async fn a_follower_of_a_quiet_execution_pays_less_than_a_thousand_read_units_an_hour() {
    let counter = Counter::default();
    let (store, clock) = (counter.store(), Paused::new());
    let marks = [Mark::of_entries("x", 9)];
    while clock.monotonic() < HOUR {
        assert!(store.watch(&marks, &clock, HOUR / 6).await.unwrap().is_empty());
    }
    let units = counter.read_units();
    assert!((900..1_000).contains(&units), "{units} read units");
}
