//! Answers are read so far and no further: a server that answers in the place of AWS, or a service that has a bad day,
//! shall not fill the memory of a runner that other executions need.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body_util::Limited;

/// Many times the longest page of any service that we ask.
const LONGEST: usize = 16 * 1024 * 1024;

/// A client whose answers have an end.
#[derive(Debug)]
struct Bounded(SharedHttpClient);

/// The same client, with answers of a bounded size. One that is longer is an answer that was not seen.
pub(crate) fn bounded(client: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Bounded(client))
}

impl HttpClient for Bounded {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector(self.0.http_connector(settings, components)))
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.validate_base_client_config(components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

#[derive(Debug)]
struct Connector(SharedHttpConnector);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            // What is in memory as a whole already, as a rehearsal's is, stays as it is.
            let is_short = |whole: &[u8]| whole.len() <= LONGEST;
            if !answer.body().bytes().is_some_and(is_short) {
                let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
                *answer.body_mut() = SdkBody::from_body_1_x(Limited::new(body, LONGEST));
            }
            Ok(answer)
        })
    }
}
