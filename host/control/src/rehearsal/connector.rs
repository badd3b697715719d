//! The SDK's requests, handed to the simulator without a network.

use std::io;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use http_body_util::BodyExt;
use moontide_sim::ReplyDropped;
use tower::ServiceExt;

/// The simulator as an HTTP client of the SDK.
#[derive(Clone, Debug)]
pub(super) struct InProcess {
    router: Router,
}

impl InProcess {
    /// The client that reaches this simulator and nothing else.
    pub(super) fn new(router: Router) -> InProcess {
        InProcess { router }
    }
}

impl HttpClient for InProcess {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let router = self.router.clone();
        HttpConnectorFuture::new(exchange(router, request))
    }
}

async fn exchange(router: Router, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let broken = |error: &dyn ToString| ConnectorError::other(error.to_string().into(), None);
    let request = request.try_into_http1x().map_err(|error| broken(&error))?;
    let (head, body) = request.into_parts();
    // What the body has to say against being sent stays as it is.
    let bytes = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
    let request = Request::from_parts(head, Body::from(bytes));
    let response: Response<Body> = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if response.extensions().get::<ReplyDropped>().is_some() {
        let lost = io::Error::new(io::ErrorKind::ConnectionReset, "the connection was reset");
        return Err(ConnectorError::io(lost.into()));
    }
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| broken(&error))?;
    let response = Response::from_parts(head, SdkBody::from(bytes.to_vec()));
    HttpResponse::try_from(response).map_err(|error| broken(&error))
}
