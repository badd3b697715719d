//! AWS Security Token Service as this crate reaches it.

use aws_config::SdkConfig;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::Builder;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use crate::plug::Service;

/// AWS Security Token Service.
pub(crate) struct Sts;

impl Service for Sts {
    type Client = Client;
    const NAME: &'static str = "sts";
    const ENDPOINT_VARIABLE: &'static str = "AWS_ENDPOINT_URL_STS";

    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Client {
        let with = |config: Builder, it| config.interceptor(it);
        Client::from_conf(listeners.into_iter().fold(Builder::from(config), with).build())
    }
}
