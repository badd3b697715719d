//! Receivers on the loopback: what they are told, and what is told of them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use moontide_aws::web::{Network, Pattern};

use super::*;
use crate::notify::event::What;
use crate::notify::receiver::Written;
use crate::notify::receivers::webhook;

/// What arrived: the method and the path, the headers, the body.
type Arrived = Arc<Mutex<Vec<(String, HeaderMap, String)>>>;

async fn answer(
    State(arrived): State<Arrived>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> axum::response::Response {
    let path = uri.path().to_owned();
    arrived.lock().unwrap().push((format!("{method} {path}"), headers, body));
    match path.as_str() {
        "/busy" => {
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")], "slow down").into_response()
        }
        "/later" => {
            let header = [("retry-after", "Thu, 01 Jan 1970 00:01:00 GMT")];
            (StatusCode::SERVICE_UNAVAILABLE, header).into_response()
        }
        "/refuses" => (StatusCode::BAD_REQUEST, "invalid_payload of hunter22").into_response(),
        "/forbidden" => StatusCode::FORBIDDEN.into_response(),
        "/gone" => StatusCode::NOT_FOUND.into_response(),
        "/quotes" => format!("{} hunter22 is wrong", "x".repeat(190)).into_response(),
        "/moved" => (StatusCode::MOVED_PERMANENTLY, [("location", "/ok")]).into_response(),
        "/hangs" => std::future::pending().await,
        "/api/now/table/incident" if method == Method::GET => {
            "{\"result\": [{\"sys_id\": \"46d4\"}]}".into_response()
        }
        _ => "ok".into_response(),
    }
}

/// A place, what arrives there, and a sender that may reach it.
async fn place() -> (String, Arrived, Sender, Reach) {
    let arrived = Arrived::default();
    let router = Router::new().fallback(answer).with_state(Arc::clone(&arrived));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let reach = Reach {
        allow: vec![Pattern::parse(&format!("{place}/*")).unwrap()],
        private: Vec::<Network>::new(),
    };
    let sender = Sender::new(reach.clone(), SessionSettings::default());
    (place, arrived, sender.within(Duration::from_secs(5)), reach)
}

fn receiver(kind: &str, to: &str, more: &str, reach: &Reach) -> Receiver {
    let text = format!("name = \"it\"\nkind = \"{kind}\"\nto = \"{to}\"\n{more}");
    toml::from_str::<Written>(&text).unwrap().read(reach).unwrap()
}

#[tokio::test]
async fn what_a_receiver_answers_says_whether_it_has_taken_the_event() {
    let (place, arrived, sender, reach) = place().await;
    let event = Event::example(What::Waits, Timestamp::UNIX_EPOCH);
    let tell = async |sender: &Sender, path: &str| {
        let receiver = receiver("slack", &format!("{place}{path}"), "", &reach);
        sender.tell(&receiver, &event, Timestamp::UNIX_EPOCH).await
    };
    assert_eq!(tell(&sender, "/ok").await, Ok("200 ok".to_owned()));
    let busy = tell(&sender, "/busy").await.unwrap_err();
    assert_eq!((busy.is_refusal, busy.retry_after), (false, Some(Duration::from_secs(7))));
    assert_eq!(busy.said, "127.0.0.1: 429 slow down");
    let later = tell(&sender, "/later").await.unwrap_err();
    assert_eq!((later.is_refusal, later.retry_after), (false, Some(Duration::from_mins(1))));
    assert!(tell(&sender, "/refuses").await.unwrap_err().is_refusal);
    for path in ["/moved", "/forbidden", "/gone"] {
        let away = tell(&sender, path).await.unwrap_err();
        assert!(!away.is_refusal, "that says nothing of the event: {path}: {away:?}");
    }
    let hurried = sender.within(Duration::from_millis(100));
    let hangs = tell(&hurried, "/hangs").await.unwrap_err();
    assert!(!hangs.is_refusal && hangs.said.contains("no answer within"), "{hangs:?}");
    let count = arrived.lock().unwrap().len();
    assert_eq!(count, 8, "each was asked once, and a redirection was not followed");
}

#[tokio::test]
async fn a_secret_is_used_on_the_wire_and_shown_nowhere_else() {
    let (place, arrived, sender, reach) = place().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "hunter22\n").unwrap();
    let secret = format!("secret = \"file:{}\"", path.display());
    let event = Event::example(What::Waits, Timestamp::UNIX_EPOCH);
    let refuses = receiver("webhook", &format!("{place}/refuses"), &secret, &reach);
    let refusal = sender.tell(&refuses, &event, Timestamp::UNIX_EPOCH).await.unwrap_err();
    assert_eq!(refusal.said, "127.0.0.1: 400 invalid_payload of (secret)");
    let (_, headers, body) = arrived.lock().unwrap().remove(0);
    let signature = webhook::signature("hunter22", Timestamp::UNIX_EPOCH, &body);
    assert_eq!(headers["x-moontide-signature"], signature.as_str());
    assert!(!body.contains("hunter22"));
    // Where an answer is cut, half of a secret would be left.
    let quotes = receiver("webhook", &format!("{place}/quotes"), &secret, &reach);
    let said = sender.tell(&quotes, &event, Timestamp::UNIX_EPOCH).await.unwrap();
    assert!(!said.contains("hunt") && said.len() <= 210, "{said}");
    std::fs::remove_file(&path).unwrap();
    let gone = sender.tell(&refuses, &event, Timestamp::UNIX_EPOCH).await.unwrap_err();
    assert!(!gone.is_refusal, "the next runner may have it: {gone:?}");
    assert!(gone.said.starts_with("M1203: the value of `it` cannot be read from "), "{gone:?}");
}

#[tokio::test]
async fn a_record_that_is_there_gets_a_note() {
    let (place, arrived, sender, reach) = place().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "hunter22").unwrap();
    let more = format!("user = \"moontide\"\nsecret = \"file:{}\"", path.display());
    let now = receiver("servicenow", &place, &more, &reach);
    let event = Event::example(What::Waits, Timestamp::UNIX_EPOCH);
    assert_eq!(sender.tell(&now, &event, Timestamp::UNIX_EPOCH).await, Ok("PATCH 200".to_owned()));
    let arrived = arrived.lock().unwrap();
    let lines: Vec<&str> = arrived.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(lines, ["GET /api/now/table/incident", "PATCH /api/now/table/incident/46d4"]);
    assert_eq!(arrived[0].1["authorization"], "Basic bW9vbnRpZGU6aHVudGVyMjI=");
}

#[tokio::test]
async fn a_private_address_that_is_not_named_is_not_told() {
    let (place, arrived, _, reach) = place().await;
    let receiver = receiver("slack", &format!("{place}/ok"), "", &reach);
    let sender = Sender::new(Reach::default(), SessionSettings::default());
    let event = Event::example(What::Waits, Timestamp::UNIX_EPOCH);
    let refused = sender.tell(&receiver, &event, Timestamp::UNIX_EPOCH).await.unwrap_err();
    assert!(!refused.is_refusal, "the settings can be mended meanwhile: {refused:?}");
    assert!(refused.said.contains("a private address"), "{refused:?}");
    assert!(arrived.lock().unwrap().is_empty());
}
