//! What leaves for a topic, a bus and a bucket, as a pretend AWS on the loopback sees it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse as _;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::eventbridge::{self, BusEvent};
use super::s3::{self, Object};
use super::sns::{self, Message};
use crate::session::Session;

const PUBLISHED: &str = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
    <MessageId>m-1</MessageId></PublishResult></PublishResponse>";
const DENIED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code>\
    <Message>not yours</Message></Error></ErrorResponse>";

/// A session with a pretend AWS, and the bodies that arrive there.
async fn aws() -> (Session, Arc<Mutex<Vec<String>>>) {
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let bodies = Arc::clone(&arrived);
    let router = Router::new().fallback(move |headers: HeaderMap, body: String| {
        let is_bus = headers.contains_key("x-amz-target");
        let answer = match (is_bus, body.contains("busy"), body.contains("denied")) {
            (true, true, _) => {
                let failed =
                    json!([{ "ErrorCode": "ThrottlingException", "ErrorMessage": "slow down" }]);
                json!({ "FailedEntryCount": 1, "Entries": failed }).to_string().into_response()
            }
            (true, ..) => json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "e-1" }] })
                .to_string()
                .into_response(),
            (false, _, true) => (StatusCode::FORBIDDEN, DENIED).into_response(),
            (false, ..) => PUBLISHED.into_response(),
        };
        bodies.lock().unwrap().push(body);
        async move { answer }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (Session::pretend_at(&place), arrived)
}

fn message(topic: &str) -> Message {
    Message {
        topic: format!("arn:aws:sns:us-west-2:111122223333:{topic}"),
        subject: "[DRILL] shop: waits".to_owned(),
        text: "Is the data good?".to_owned(),
        attributes: [("event".to_owned(), "waits".to_owned())].into(),
        group: "drill".to_owned(),
        deduplication: "abc".to_owned(),
    }
}

fn event(bus: &str) -> BusEvent {
    let at: Timestamp = "2026-11-29T02:30:00Z".parse().unwrap();
    BusEvent {
        bus: bus.to_owned(),
        source: "dr.orchestration".to_owned(),
        detail_type: "paused".to_owned(),
        detail: "{\"key\":\"drill:waits:1\"}".to_owned(),
        resources: vec!["drill".to_owned()],
        at,
    }
}

#[tokio::test]
async fn a_message_is_published_once_and_one_for_a_topic_that_keeps_order_says_what_it_follows() {
    let (session, arrived) = aws().await;
    assert_eq!(sns::publish(&session, &message("dr")).await.unwrap(), "m-1");
    assert_eq!(sns::publish(&session, &message("dr.fifo")).await.unwrap(), "m-1");
    let form = |at: usize| -> BTreeMap<String, String> {
        let body = arrived.lock().unwrap()[at].clone();
        serde_urlencoded::from_str(&body).unwrap()
    };
    let (plain, ordered) = (form(0), form(1));
    assert_eq!(
        (plain["Action"].as_str(), plain["Subject"].as_str()),
        ("Publish", "[DRILL] shop: waits")
    );
    assert_eq!(plain["MessageAttributes.entry.1.Value.StringValue"], "waits");
    assert!(!plain.contains_key("MessageGroupId"), "other topics refuse it");
    assert_eq!(
        (ordered["MessageGroupId"].as_str(), ordered["MessageDeduplicationId"].as_str()),
        ("drill", "abc")
    );
    let denied = sns::publish(&session, &message("denied")).await.unwrap_err();
    assert_eq!((denied.code.as_str(), denied.retryable), ("AuthorizationError", false));
    assert_eq!(arrived.lock().unwrap().len(), 3, "the queue repeats, and not the SDK");
}

#[tokio::test]
async fn an_event_that_a_bus_has_not_taken_is_an_error_although_the_request_was() {
    let (session, arrived) = aws().await;
    let arn = |bus: &str| format!("arn:aws:events:us-west-2:111122223333:event-bus/{bus}");
    assert_eq!(eventbridge::put(&session, &event(&arn("dr"))).await.unwrap(), "e-1");
    let body: Value = serde_json::from_str(&arrived.lock().unwrap()[0]).unwrap();
    let entry = &body["Entries"][0];
    assert_eq!(
        (&entry["Source"], &entry["DetailType"]),
        (&json!("dr.orchestration"), &json!("paused"))
    );
    assert_eq!(
        (&entry["Resources"], &entry["Detail"]),
        (&json!(["drill"]), &json!("{\"key\":\"drill:waits:1\"}"))
    );
    let busy = eventbridge::put(&session, &event(&arn("busy"))).await.unwrap_err();
    assert_eq!((busy.code.as_str(), busy.retryable), ("ThrottlingException", true));
    assert_eq!(arrived.lock().unwrap().len(), 2);
}

/// A pretend bucket, and what arrives there: path, headers, body.
type Puts = Arc<Mutex<Vec<(String, HeaderMap, String)>>>;

async fn bucket() -> (Session, Puts) {
    let arrived = Puts::default();
    let puts = Arc::clone(&arrived);
    let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: String| {
        let path = uri.path().to_owned();
        let answer = match path.as_str() {
            it if it.starts_with("/plain/") => StatusCode::OK.into_response(),
            it if it.starts_with("/unlocked/") => {
                let error = "<Error><Code>InvalidRequest</Code><Message>Bucket is missing Object Lock \
                             Configuration</Message></Error>";
                (StatusCode::BAD_REQUEST, error).into_response()
            }
            _ => [("x-amz-version-id", "v-1")].into_response(),
        };
        puts.lock().unwrap().push((path, headers, body));
        async move { answer }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (Session::pretend_at(&place), arrived)
}

#[tokio::test]
async fn an_object_is_locked_until_its_day_and_a_bucket_that_locks_nothing_is_an_error() {
    let (session, arrived) = bucket().await;
    let object = |bucket: &str| Object {
        bucket: bucket.to_owned(),
        region: Some("eu-west-1".to_owned()),
        key: "dr/drill/completed/1.json".to_owned(),
        body: "{\"head\":\"abc\"}".to_owned(),
        mode: s3::Mode::Compliance,
        until: "2028-01-03T02:30:00Z".parse().unwrap(),
    };
    assert_eq!(s3::put(&session, &object("evidence")).await.unwrap(), "v-1");
    let (path, headers, body) = arrived.lock().unwrap()[0].clone();
    assert_eq!(path, "/evidence/dr/drill/completed/1.json");
    assert!(body.contains("{\"head\":\"abc\"}"), "{body}");
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(
        (header("x-amz-object-lock-mode"), header("x-amz-object-lock-retain-until-date")),
        ("COMPLIANCE".to_owned(), "2028-01-03T02:30:00Z".to_owned())
    );
    assert!(header("authorization").contains("/eu-west-1/s3/"), "{headers:?}");
    // S3 takes no lock without a checksum of the body.
    let is_sum = |name: &str| name.starts_with("x-amz-checksum-") || name == "content-md5";
    let sums = headers.keys().any(|it| is_sum(it.as_str()) || it == "x-amz-trailer");
    assert!(sums, "{headers:?}");
    let unlocked = s3::put(&session, &object("unlocked")).await.unwrap_err();
    assert_eq!((unlocked.code.as_str(), unlocked.retryable), ("InvalidRequest", false));
    let plain = s3::put(&session, &object("plain")).await.unwrap_err();
    assert_eq!((plain.code.as_str(), plain.retryable), ("Failed", false));
    assert_eq!(arrived.lock().unwrap().len(), 3, "the queue repeats, and not the SDK");
}
