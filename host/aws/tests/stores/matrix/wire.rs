//! A way to the emulator that needs no time of tokio's clock, so that this one can be paused: a request is made on a
//! thread of its own, and the test stands still until it is answered. What takes time is the fault that is armed.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, mpsc};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as Connections;
use hyper_util::rt::TokioExecutor;
use moontide_aws::{DynamoStore, Session};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::fault::{ActiveFault, Fault, Happens};
use crate::dynamo::Dynamo;
use crate::place::REGION;

/// A way to the emulator.
#[derive(Clone)]
pub(super) struct Wire(Arc<Shared>);

struct Shared {
    client: Client<Connections, Body>,
    upstream: String,
    armed: Mutex<Option<ActiveFault>>,
    /// The kinds of the calls that were made since it was last armed.
    asked: Mutex<Vec<String>>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl Wire {
    pub(super) fn new() -> Wire {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let upstream = format!("{}/", Dynamo::shared().endpoint());
        let (armed, asked) = (Mutex::default(), Mutex::default());
        Wire(Arc::new(Shared { client, upstream, armed, asked }))
    }

    pub(super) fn http(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// A store in this table, reached this way.
    pub(super) fn store(&self, table: &str) -> DynamoStore {
        DynamoStore::within(&Session::pretend(self.http()), REGION, table)
    }

    /// Strikes the how manieth call from now.
    pub(super) fn arm(&self, number: usize, fault: Option<Fault>) {
        self.0.asked.lock().unwrap().clear();
        *self.0.armed.lock().unwrap() = fault.map(|fault| ActiveFault::at(number, fault));
    }

    /// The fault is over; returns how many calls it struck, and the kinds of all that were made.
    pub(super) fn disarm(&self) -> (usize, Vec<String>) {
        let armed = self.0.armed.lock().unwrap().take();
        let asked = std::mem::take(&mut *self.0.asked.lock().unwrap());
        (armed.map_or(0, |armed| armed.struck), asked)
    }

    async fn serve(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let kind = target.rsplit('.').next().unwrap_or_default().to_owned();
        let number = {
            let mut asked = self.0.asked.lock().unwrap();
            asked.push(kind.clone());
            asked.len()
        };
        let strikes = {
            let mut armed = self.0.armed.lock().unwrap();
            armed.as_mut().and_then(|armed| armed.strikes(number, &kind))
        };
        let lost = || Err(ConnectorError::io("the connection is lost".into()));
        match strikes {
            None => Ok(self.forward(&target, body(&request))),
            Some(Happens::LostRequest) => lost(),
            Some(Happens::LostReply) => {
                self.forward(&target, body(&request));
                lost()
            }
            Some(Happens::Refused(status, answer)) => Ok(response(status, answer)),
            Some(Happens::RefusedAfterwards(status, answer)) => {
                self.forward(&target, body(&request));
                Ok(response(status, answer))
            }
            Some(Happens::Late(time)) => {
                let answer = self.forward(&target, body(&request));
                tokio::time::sleep(time).await;
                Ok(answer)
            }
            Some(Happens::Half) => Ok(self.half(&target, &kind, &body(&request))),
        }
    }

    /// Does half of a batch, and says that the rest is left; of one item nothing.
    fn half(&self, target: &str, kind: &str, body: &[u8]) -> HttpResponse {
        let mut asked: Value = serde_json::from_slice(body).unwrap();
        let name = if kind == "BatchGetItem" { "UnprocessedKeys" } else { "UnprocessedItems" };
        let mut left = asked["RequestItems"].clone();
        let mut is_empty = false;
        for (table, items) in asked["RequestItems"].as_object_mut().unwrap() {
            let (now, later) = match kind {
                "BatchGetItem" => (&mut items["Keys"], &mut left[table]["Keys"]),
                _ => (items, &mut left[table]),
            };
            let (now, later) = (now.as_array_mut().unwrap(), later.as_array_mut().unwrap());
            let half = now.len() / 2;
            now.truncate(half);
            later.drain(..half);
            is_empty = half == 0;
        }
        let mut answer = Value::Object(serde_json::Map::new());
        if !is_empty {
            let done = self.forward(target, asked.to_string().into_bytes());
            answer = serde_json::from_slice(done.body().bytes().unwrap()).unwrap();
        }
        answer[name] = left;
        response(200, answer.to_string())
    }

    /// What the emulator answers.
    fn forward(&self, target: &str, body: Vec<u8>) -> HttpResponse {
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.0.upstream)
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0")
            // Neither emulator looks at the signature, and one wants to see whose it is.
            .header(
                "authorization",
                format!(
                    "AWS4-HMAC-SHA256 Credential=pretend/20260301/{REGION}/dynamodb/aws4_request, \
                     SignedHeaders=host, Signature=0"
                ),
            )
            .header("x-amz-date", "20260301T120000Z")
            .body(Body::from(body))
            .unwrap();
        let (done, waiting) = mpsc::channel();
        let client = self.0.client.clone();
        thread().spawn(async move {
            let (parts, body) = client.request(request).await.unwrap().into_parts();
            let body: Bytes = to_bytes(Body::new(body), usize::MAX).await.unwrap();
            done.send((parts.status.as_u16(), body)).unwrap();
        });
        let (status, body) = waiting.recv().expect("the emulator answers");
        HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.to_vec()))
    }
}

/// Where requests are made: for as long as the test process lives, since no runtime may be dropped in another one.
fn thread() -> &'static Runtime {
    static THREAD: OnceLock<Runtime> = OnceLock::new();
    THREAD.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).enable_all().build().unwrap()
    })
}

fn body(request: &HttpRequest) -> Vec<u8> {
    request.body().bytes().unwrap_or_default().to_vec()
}

fn response(status: u16, body: String) -> HttpResponse {
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let wire = self.clone();
        HttpConnectorFuture::new(async move { wire.serve(request).await })
    }
}
