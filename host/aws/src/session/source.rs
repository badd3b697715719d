//! Where a session's credentials come from.

use aws_config::Region;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::settings::{SessionSettings, loader};

/// What it takes to read them anew.
pub(super) struct Source {
    pub(super) settings: SessionSettings,
    pub(super) client: SharedHttpClient,
    /// The Region that the session has found: where STS and SSO are asked.
    pub(super) region: Option<Region>,
}

impl Source {
    /// Environment, files, containers and machines as they are now.
    pub(super) async fn open(&self) -> Option<SharedCredentialsProvider> {
        let loader = loader(&self.settings, self.client.clone());
        loader.region(self.region.clone()).load().await.credentials_provider()
    }
}
