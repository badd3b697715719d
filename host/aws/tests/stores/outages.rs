//! What lasts longer than a moment, in virtual time: a store that throttles for ten minutes, or says
//! nothing at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use moontide_aws::{DynamoStore, Session};
use moontide_runtime::store::{Lease, Store, StoreError};
use tokio::time::Instant;

use crate::given::{entries, execution};
use crate::place::REGION;

/// How a DynamoDB behaves that has an outage.
#[derive(Clone, Copy, Debug)]
enum Outage {
    /// It throttles.
    Throttle,
    /// It takes requests and says nothing.
    Silence,
    /// It reads no item of a batch.
    Leaves,
}

/// A DynamoDB that has an outage from the beginning, and then grants whatever is asked.
#[derive(Clone, Debug)]
struct Service {
    outage: Outage,
    start: Instant,
    lasts: Duration,
    asked: Arc<AtomicU32>,
}

impl Service {
    #[expect(clippy::disallowed_methods, reason = "tokio's clock, which is paused")]
    fn with(outage: Outage, minutes: u64) -> Service {
        let lasts = Duration::from_mins(minutes);
        Service { outage, start: Instant::now(), lasts, asked: Arc::default() }
    }

    fn store(&self) -> DynamoStore {
        let session = Session::pretend(SharedHttpClient::new(self.clone()));
        DynamoStore::within(&session, REGION, "moontide")
    }

    fn passed(&self) -> Duration {
        self.start.elapsed()
    }
}

impl HttpClient for Service {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Service {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let (is_over, outage) = (self.passed() >= self.lasts, self.outage);
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        HttpConnectorFuture::new(async move {
            let answer = match (is_over, outage) {
                (_, Outage::Leaves) => {
                    let body = match target.rsplit('.').next() {
                        Some("Query") => {
                            r#"{"Items": [{"id": {"S": "x"}, "runbook": {"S": "shop"},
                            "created_at": {"S": "2026-11-20T08:00:00Z"}}]}"#
                        }
                        _ => {
                            r#"{"UnprocessedKeys": {"moontide": {"Keys": [{"pk": {"S": "execution#x"},
                            "sk": {"S": "state"}}]}}}"#
                        }
                    };
                    HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body))
                }
                (false, Outage::Silence) => std::future::pending().await,
                (false, Outage::Throttle) => {
                    let body = r#"{"__type": "com.amazonaws.dynamodb#ThrottlingException"}"#;
                    HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body))
                }
                (true, _) => {
                    let state = r#"{"Item": {"format": {"N": "1"}, "holder": {"S": "alice"},
                        "epoch": {"N": "1"}, "beat": {"N": "0"}, "last_sequence": {"N": "0"}}}"#;
                    let body = if target.ends_with("GetItem") { state } else { "{}" };
                    HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body))
                }
            };
            Ok(answer)
        })
    }
}

fn lease() -> Lease {
    Lease { execution: "x".to_owned(), holder: "alice".to_owned(), epoch: 1 }
}

fn is_transient<T: std::fmt::Debug>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unusable { transient: true, .. }))
}

#[tokio::test(start_paused = true)]
async fn a_journal_survives_ten_minutes_without_an_answer() {
    for outage in [Outage::Throttle, Outage::Silence] {
        let service = Service::with(outage, 10);
        let store = service.store();
        let (entries, lease) = (entries(&lease(), [1]), lease());
        assert_eq!(store.append(&lease, &entries).await, Ok(()), "{outage:?}");
        let passed = service.passed().as_secs();
        assert!((600..640).contains(&passed), "{passed} s after {outage:?}");
        // Not a storm: the pauses grow to seconds.
        let asked = service.asked.load(Ordering::Relaxed);
        assert!((10..300).contains(&asked), "{asked} requests in {outage:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_tried_for_ever() {
    for outage in [Outage::Throttle, Outage::Silence] {
        let service = Service::with(outage, 600);
        let (store, lease) = (service.store(), lease());
        assert!(is_transient(&store.append(&lease, &entries(&lease, [1])).await));
        let passed = service.passed().as_secs();
        assert!((900..930).contains(&passed), "{passed} s after {outage:?}");
    }
}

/// A renewal comes again at the next beat, so it must be over before; and a reader waits for a while,
/// not for an hour.
#[tokio::test(start_paused = true)]
async fn a_renewal_gives_up_first_and_a_person_next() {
    for outage in [Outage::Throttle, Outage::Silence] {
        let service = Service::with(outage, 600);
        let store = service.store();
        assert!(is_transient(&store.renew(&lease()).await));
        let renewal = service.passed().as_secs();
        assert!((5..11).contains(&renewal), "{renewal} s in {outage:?}");
        assert!(is_transient(&store.create(&execution("x")).await));
        let person = service.passed().as_secs() - renewal;
        assert!((30..50).contains(&person), "{person} s in {outage:?}");
        // `status` reads them too; the runner looks again soon.
        assert!(is_transient(&store.signals("x", 0).await));
        let signals = service.passed().as_secs() - renewal - person;
        assert!((30..50).contains(&signals), "{signals} s in {outage:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_which_nothing_is_read_is_asked_for_with_pauses_and_not_for_ever() {
    let service = Service::with(Outage::Leaves, 600);
    let listed = service.store().list().await;
    assert!(is_transient(&listed), "{listed:?}");
    let passed = service.passed().as_secs();
    assert!((30..40).contains(&passed), "{passed} s");
    let asked = service.asked.load(Ordering::Relaxed);
    assert!((5..30).contains(&asked), "{asked} requests");
    let said = listed.unwrap_err().to_string();
    assert!(said.ends_with("DynamoDB throttles, and leaves 1 of its items unread"), "{said}");
}
