//! A proxy before the emulator that does to requests what a hook says.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// A request, before or after its effect.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// DynamoDB's name: `PutItem`.
    pub(crate) operation: String,
    /// The how manieth request it is, counted from 1.
    pub(crate) number: usize,
    /// The how manieth that writes items it is, counted from 1; `None` if it does not.
    pub(crate) write: Option<usize>,
    /// What it asks.
    pub(crate) body: Value,
}

/// On which side of its effect a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It has had no effect yet.
    Before,
    /// It has had its effect, and its reply is under way.
    After,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// What it asks for.
    Pass,
    /// The connection is lost. Before: nothing happens; after: it has happened.
    Drop,
    /// It is answered with an error. After: it has happened all the same.
    Fail,
    /// It is answered with this code, as a throttle. What was done before stays done.
    Throttle(&'static str),
    /// It is refused because another transaction is at the same items.
    Conflict,
    /// What it asks for, whether or not it was asked before: DynamoDB remembers the tokens of transactions
    /// for ten minutes only. Before.
    Forget,
    /// It is answered with this. Before: nothing happens.
    Say(&'static str),
    /// What it asks for of the table whose ARN has this before its name: the emulator knows names only. Before.
    Named(&'static str),
}

/// Decides what becomes of requests.
pub(crate) type Hook = Box<dyn Fn(&Asked, Phase) -> Action + Send + Sync>;

/// A proxy on a port of this machine, until it is dropped.
pub(crate) struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

struct Shared {
    hook: Hook,
    upstream: String,
    client: Client<HttpConnector, Body>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    asked: Vec<Asked>,
    writes: usize,
    /// The answers to reads that did not ask for a consistent one: each is given once more.
    stale: HashMap<String, (StatusCode, HeaderMap, Bytes)>,
}

impl Proxy {
    pub(super) fn before(upstream: &str, hook: Hook) -> Proxy {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        // Bound without the runtime, which cannot be waited for in the middle of an asynchronous test.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port of this machine");
        listener.set_nonblocking(true).expect("a socket that does not block");
        let address = listener.local_addr().expect("it has an address");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let upstream = upstream.to_owned();
        let shared = Arc::new(Shared { hook, upstream, client, seen: Mutex::default() });
        let serving = Arc::clone(&shared);
        let router = Router::new().fallback(move |request: Request| {
            let shared = Arc::clone(&serving);
            async move { shared.serve(request).await }
        });
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
            axum::serve(listener, router).await
        });
        Proxy { shared, address, runtime: Some(runtime) }
    }

    /// Its address: `http://127.0.0.1:PORT`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that was asked, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.seen.lock().expect("no test panics in here").asked.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Also in the middle of an asynchronous test.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Asked {
    /// Whether it is a read that may be answered with what was true a while ago.
    pub(crate) fn may_be_stale(&self) -> bool {
        match self.operation.as_str() {
            "GetItem" | "Query" | "Scan" => self.body["ConsistentRead"] != true,
            "BatchGetItem" => {
                let tables = self.body["RequestItems"].as_object();
                tables.is_some_and(|it| it.values().any(|it| it["ConsistentRead"] != true))
            }
            _ => false,
        }
    }
}

fn writes(operation: &str) -> bool {
    const WRITES: [&str; 5] =
        ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];
    WRITES.contains(&operation)
}

impl Shared {
    async fn serve(&self, request: Request) -> Response {
        let (mut parts, body) = request.into_parts();
        let mut body = to_bytes(body, usize::MAX).await.expect("a whole request");
        let asked = self.note(&parts.headers, &body);
        match (self.hook)(&asked, Phase::Before) {
            Action::Forget => {
                body = without_token(&asked);
                parts.headers.remove(CONTENT_LENGTH);
            }
            Action::Named(beginning) => {
                body = asked.body.to_string().replace(beginning, "").into();
                parts.headers.remove(CONTENT_LENGTH);
            }
            action => {
                if let Some(answer) = answer(&asked, action) {
                    return answer;
                }
            }
        }
        let stale = asked.may_be_stale().then(|| format!("{} {}", asked.operation, asked.body));
        if let Some(stale) = &stale {
            let mut seen = self.seen.lock().expect("no test panics in here");
            if let Some((status, headers, body)) = seen.stale.remove(stale) {
                return response(status, headers, body);
            }
        }
        let (status, headers, body) = self.ask(parts.headers, body).await;
        if let Some(stale) = stale {
            let mut seen = self.seen.lock().expect("no test panics in here");
            seen.stale.insert(stale, (status, headers.clone(), body.clone()));
        }
        let instead = answer(&asked, (self.hook)(&asked, Phase::After));
        instead.unwrap_or_else(|| response(status, headers, body))
    }

    fn note(&self, headers: &HeaderMap, body: &Bytes) -> Asked {
        let target = headers.get("x-amz-target").and_then(|it| it.to_str().ok());
        let operation = target.and_then(|it| it.rsplit('.').next()).unwrap_or_default().to_owned();
        let mut seen = self.seen.lock().expect("no test panics in here");
        let number = seen.asked.len() + 1;
        seen.writes += usize::from(writes(&operation));
        let write = writes(&operation).then_some(seen.writes);
        let body = serde_json::from_slice(body).unwrap_or_default();
        let asked = Asked { operation, number, write, body };
        seen.asked.push(asked.clone());
        asked
    }

    async fn ask(&self, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap, Bytes) {
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = format!("{}/", self.upstream).parse().expect("an address");
        *request.headers_mut() = headers;
        let reply = self.client.request(request).await.expect("the emulator answers");
        let (parts, body) = reply.into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await.expect("a whole reply");
        (parts.status, parts.headers, body)
    }
}

/// The answer that an action gives instead of the emulator's.
fn answer(asked: &Asked, action: Action) -> Option<Response> {
    match action {
        Action::Pass | Action::Forget | Action::Named(_) => None,
        // Ends the connection's task, and so the connection, without a word.
        Action::Drop => std::panic::resume_unwind(Box::new("the connection is lost")),
        Action::Say(answer) => {
            Some(response(StatusCode::OK, HeaderMap::new(), Bytes::from_static(answer.as_bytes())))
        }
        Action::Fail => Some(no(500, "InternalServerError", json!({}))),
        Action::Throttle(code) => Some(no(400, code, json!({}))),
        Action::Conflict if asked.operation == "TransactWriteItems" => {
            let reasons = json!([{ "Code": "TransactionConflict" }, { "Code": "None" }]);
            let more = json!({ "CancellationReasons": reasons });
            Some(no(400, "TransactionCanceledException", more))
        }
        Action::Conflict => Some(no(400, "TransactionConflictException", json!({}))),
    }
}

/// What it asks, without the name by which it would be known again.
fn without_token(asked: &Asked) -> Bytes {
    let mut body = asked.body.clone();
    if let Some(body) = body.as_object_mut() {
        body.remove("ClientRequestToken");
    }
    body.to_string().into()
}

fn response(status: StatusCode, headers: HeaderMap, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn no(status: u16, code: &str, mut more: Value) -> Response {
    more["__type"] = format!("com.amazonaws.dynamodb.v20120810#{code}").into();
    more["message"] = "the proxy wills it".into();
    let mut response = Response::new(Body::from(more.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}
