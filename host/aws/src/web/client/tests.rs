use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};

use super::*;
use crate::web::{Network, Pattern};

/// A place that answers in several ways. Returns its address without a path.
async fn place() -> String {
    let router = Router::new()
        .route(
            "/echo",
            post(|headers: HeaderMap, body: String| async move {
                format!("{:?} {body}", headers.get("x-test"))
            }),
        )
        .route("/busy", get(|| async { (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")]) }))
        .route("/elsewhere", get(|| async { (StatusCode::FOUND, [("location", "/echo")]) }))
        .route("/long", get(|| async { "x".repeat(LONGEST + 1) }))
        .route("/never", get(|| async { std::future::pending::<()>().await }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://localhost:{port}")
}

fn ask(method: &'static str, url: &str) -> Ask {
    let headers = vec![("x-test".to_owned(), "yes".to_owned())];
    Ask { method, url: Url::parse(url).unwrap(), headers, body: "hello".to_owned() }
}

fn web(private: &[&str]) -> Web {
    let private = private.iter().map(|it| Network::parse(it).unwrap()).collect();
    Web::new(Reach { allow: Vec::new(), private })
}

#[tokio::test]
async fn a_place_is_asked_once_and_what_it_answers_is_told() {
    let (place, web) = (place().await, web(&["127.0.0.0/8", "::1"]));
    let answer = web.ask(&ask("POST", &format!("{place}/echo"))).await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "Some(\"yes\") hello"));
    let busy = web.ask(&ask("GET", &format!("{place}/busy"))).await.unwrap();
    assert_eq!((busy.status, busy.retry_after.as_deref()), (429, Some("7")));
    let elsewhere = web.ask(&ask("GET", &format!("{place}/elsewhere"))).await.unwrap();
    assert_eq!(elsewhere.status, 302, "nothing is redirected");
    let long = web.ask(&ask("GET", &format!("{place}/long"))).await.unwrap_err();
    assert!(long.to_string().starts_with("the answer (200) cannot be read"), "{long}");
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_refused_before_anything_is_sent() {
    let place = place().await;
    let refused = web(&[]).ask(&ask("POST", &format!("{place}/echo"))).await.unwrap_err();
    assert!(
        matches!(&refused, WebError::Private { host, .. } if host == "localhost"),
        "{refused:?}"
    );
    for literal in [
        "http://127.0.0.1:9/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
    ] {
        let refused = web(&[]).ask(&ask("GET", literal)).await.unwrap_err();
        assert!(matches!(refused, WebError::Private { .. }), "{literal}: {refused:?}");
    }
    let allow = vec![Pattern::parse(&format!("{place}/echo")).unwrap()];
    let named = Web::new(Reach { allow, private: Vec::new() });
    assert_eq!(named.ask(&ask("POST", &format!("{place}/echo"))).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_place_that_never_answers_is_waited_for_so_long() {
    let (place, web) = (place().await, web(&["127.0.0.0/8", "::1"]));
    let time = Duration::from_millis(200);
    let slow = web.within(time).ask(&ask("GET", &format!("{place}/never"))).await;
    assert_eq!(slow, Err(WebError::TooSlow(time)));
}

#[tokio::test]
async fn what_a_header_cannot_hold_is_not_quoted() {
    let mut ask = ask("POST", "https://x.test/");
    ask.headers = vec![("authorization".to_owned(), "hunter22\r\nx: y".to_owned())];
    let error = web(&[]).ask(&ask).await.unwrap_err().to_string();
    assert_eq!(error, "the request cannot be made: the header `authorization` takes no such value");
}
