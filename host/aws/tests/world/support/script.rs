//! An AWS that answers by script.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use moontide_runtime::clock::Clock;
use serde_json::{Value, json};

use super::TestClock;

/// A request as the script sees it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `drs.us-west-2.amazonaws.com`
    pub(crate) host: String,
    /// AWS's name, such as `StartRecovery`.
    pub(crate) operation: String,
    /// The JSON body, or the form as an object.
    pub(crate) body: Value,
    /// Seconds since the test began.
    pub(crate) at: f64,
}

/// What the script does with a request.
pub(crate) enum Answer {
    Json(Value),
    Xml(String),
    /// AWS says no: status, code, message.
    No(u16, &'static str, &'static str),
    /// AWS says no, at length: status, code, body.
    NoWith(u16, &'static str, Value),
    /// Anything at all.
    Raw(u16, &'static str),
    /// The connection is lost before an answer comes.
    Dropped,
    /// There is no connection.
    Refused,
    /// No answer ever comes.
    Silence,
}

type Handler = dyn FnMut(&Request) -> Answer + Send;

/// A scripted AWS. Clones share what was asked.
#[derive(Clone)]
pub(crate) struct Script {
    handler: Arc<Mutex<Handler>>,
    requests: Arc<Mutex<Vec<Request>>>,
    clock: Arc<TestClock>,
    /// What it takes until a request can be written.
    connecting: Duration,
}

impl Script {
    pub(crate) fn new(handler: impl FnMut(&Request) -> Answer + Send + 'static) -> Script {
        Script {
            handler: Arc::new(Mutex::new(handler)),
            requests: Arc::default(),
            clock: Arc::new(TestClock::new()),
            connecting: Duration::ZERO,
        }
    }

    /// Each request waits so long for its connection.
    pub(crate) fn behind_a_connection_that_takes(self, connecting: Duration) -> Script {
        Script { connecting, ..self }
    }

    pub(crate) fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// All requests for `operation`, in order.
    pub(crate) fn requests(&self, operation: &str) -> Vec<Request> {
        let requests = self.requests.lock().unwrap();
        requests.iter().filter(|it| it.operation == operation).cloned().collect()
    }

    pub(crate) fn count(&self, operation: &str) -> usize {
        self.requests(operation).len()
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Script")
    }
}

impl HttpClient for Script {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let script = self.clone();
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(script.connecting).await;
            let request = read(request, script.clock.monotonic().as_secs_f64()).await?;
            let answer = (script.handler.lock().unwrap())(&request);
            script.requests.lock().unwrap().push(request);
            tokio::time::sleep(Duration::from_millis(80)).await;
            respond(answer).await
        })
    }
}

async fn respond(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let io = |kind| ConnectorError::io(Box::new(std::io::Error::from(kind)));
    let (status, code, body) = match answer {
        Answer::Json(body) => (200, None, body.to_string()),
        Answer::Xml(body) => (200, None, body),
        Answer::Raw(status, body) => (status, None, body.to_owned()),
        Answer::No(status, code, message) => {
            (status, Some(code), json!({ "message": message, "__type": code }).to_string())
        }
        Answer::NoWith(status, code, body) => (status, Some(code), body.to_string()),
        Answer::Dropped => return Err(io(std::io::ErrorKind::ConnectionReset)),
        Answer::Refused => return Err(io(std::io::ErrorKind::ConnectionRefused)),
        Answer::Silence => std::future::pending().await,
    };
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
    response.headers_mut().insert("x-amzn-requestid", "r-1");
    if let Some(code) = code {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    Ok(response)
}

/// DRS names its operations in the path, SSM in a header, EC2 and STS in the form.
async fn read(mut request: HttpRequest, at: f64) -> Result<Request, ConnectorError> {
    let written = std::mem::replace(request.body_mut(), SdkBody::taken()).collect().await;
    // As over HTTP/2, whose connections do not say why a body was not written.
    let reset = |_| ConnectorError::io("the stream was reset".into());
    let bytes = written.map_err(reset)?.to_bytes();
    let address = request.uri().split_once("://").unwrap().1;
    let (host, path) = address.split_once('/').unwrap();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_else(|_| {
        let form: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).unwrap();
        form.into_iter().collect()
    });
    let target = request.headers().get("x-amz-target").and_then(|it| it.split('.').next_back());
    let operation = target.or(body["Action"].as_str()).unwrap_or(path).to_owned();
    Ok(Request { host: host.to_owned(), operation, body, at })
}
