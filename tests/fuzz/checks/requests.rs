//! The simulator's reader of requests. An input is a few requests as text, with a line `%%` between them:
//!
//! ```text
//! POST /StartRecovery
//! authorization: Credential=AKID/20261120/us-west-2/drs/aws4_request
//!
//! {"isDrill": true}
//! ```
//!
//! Whatever is asked, the answer is one that the service's own clients can read.

use std::sync::{Arc, LazyLock};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use moontide_sim::{PausedClock, Scenario, Simulator};
use quick_xml::events::Event;
use serde_json::Value;
use tower::ServiceExt;

static WORLD: LazyLock<Scenario> = LazyLock::new(|| {
    Scenario::parse(include_str!("world.toml"), "world.toml")
        .unwrap_or_else(|error| panic!("{error}"))
});

/// Sends the input's requests, one after another, to a fresh world; the status of each answer.
pub(crate) fn answers(data: &[u8]) -> Vec<StatusCode> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let clock = PausedClock::new(Timestamp::from_second(1_800_000_000).expect("a time"));
        let simulator = Simulator::new(WORLD.clone(), Arc::new(clock));
        let mut answers = Vec::new();
        for text in parts(data, b"\n%%\n").into_iter().take(16) {
            answers.extend(answer(&simulator, text).await);
        }
        answers
    })
}

/// The pieces of `data` between the separators.
fn parts<'d>(mut data: &'d [u8], separator: &[u8]) -> Vec<&'d [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = data.windows(separator.len()).position(|window| window == separator) {
        parts.push(&data[..at]);
        data = &data[at + separator.len()..];
    }
    parts.push(data);
    parts
}

async fn answer(simulator: &Simulator, text: &[u8]) -> Option<StatusCode> {
    let request = request(text)?;
    let response = simulator.router().oneshot(request).await.expect("the router never fails");
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a body in memory").to_bytes();
    assert_readable(head.status, &head.headers, &body);
    // Jobs and commands go on between requests.
    tokio::time::sleep(std::time::Duration::from_secs(400)).await;
    Some(head.status)
}

/// Reads a request; `None` if HTTP itself knows no such thing.
fn request(text: &[u8]) -> Option<Request<Body>> {
    let mut split = parts(text, b"\n\n").into_iter();
    let head = String::from_utf8_lossy(split.next()?).into_owned();
    let body = split.collect::<Vec<_>>().join(&b"\n\n"[..]);
    let mut lines = head.lines();
    let (method, uri) = lines.next()?.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        request = request.header(name, value);
    }
    request.body(Body::from(body)).ok()
}

/// A client can read the answer, and nothing in it went wrong on our side.
fn assert_readable(status: StatusCode, headers: &HeaderMap, body: &Bytes) {
    assert!(!status.is_server_error(), "{status}: {body:?}");
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let text = std::str::from_utf8(body).expect("an answer is text");
    match header("content-type") {
        Some("application/json" | "application/x-amz-json-1.1") => {
            let json: Value = serde_json::from_str(text).expect("an answer is JSON");
            if !status.is_success() {
                let kind = header("x-amzn-errortype").expect("an error has a type");
                let named = json.get("__type").or_else(|| json.get("code"));
                assert_eq!(named.and_then(Value::as_str), Some(kind), "{text}");
                assert!(json["message"].is_string(), "{text}");
            }
        }
        Some("text/xml;charset=UTF-8") => {
            let names = elements(text);
            let root = names.first().expect("an answer has a root");
            if status.is_success() {
                assert!(root.ends_with("Response"), "{text}");
            } else {
                assert!(["Response", "ErrorResponse"].contains(&root.as_str()), "{text}");
                for name in ["Error", "Code", "Message"] {
                    assert!(names.iter().any(|known| known == name), "no {name} in {text}");
                }
            }
        }
        _ => assert!(
            [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED, StatusCode::OK]
                .contains(&status),
            "{status}: {text}"
        ),
    }
}

/// The elements of a document that a strict reader of XML 1.0 takes.
fn elements(text: &str) -> Vec<String> {
    let allowed = |it: char| matches!(it, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(allowed), "no document of XML holds this: {text:?}");
    let mut reader = quick_xml::Reader::from_str(text);
    let mut names = Vec::new();
    loop {
        match reader.read_event().expect("an answer is XML") {
            Event::Start(element) | Event::Empty(element) => {
                names.push(element.name().as_ref().to_owned());
            }
            Event::Eof => return names,
            _ => {}
        }
    }
}
