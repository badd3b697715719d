//! AWS Systems Manager as this crate reaches it.

use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::Builder;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use crate::plug::Service;

/// AWS Systems Manager.
pub(crate) struct Ssm;

impl Service for Ssm {
    type Client = Client;
    const NAME: &'static str = "ssm";
    const ENDPOINT_VARIABLE: &'static str = "AWS_ENDPOINT_URL_SSM";

    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Client {
        let with = |config: Builder, it| config.interceptor(it);
        Client::from_conf(listeners.into_iter().fold(Builder::from(config), with).build())
    }
}
