//! Elastic Disaster Recovery as this crate reaches it.

use aws_config::SdkConfig;
use aws_sdk_drs::Client;
use aws_sdk_drs::config::Builder;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use crate::plug::Service;

/// Elastic Disaster Recovery.
pub(crate) struct Drs;

impl Service for Drs {
    type Client = Client;
    const NAME: &'static str = "drs";
    const ENDPOINT_VARIABLE: &'static str = "AWS_ENDPOINT_URL_DRS";

    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Client {
        let with = |config: Builder, it| config.interceptor(it);
        Client::from_conf(listeners.into_iter().fold(Builder::from(config), with).build())
    }
}
