//! Amazon Route 53 as this crate reaches it.

use aws_config::SdkConfig;
use aws_sdk_route53::Client;
use aws_sdk_route53::config::Builder;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use crate::plug::Service;

/// Amazon Route 53.
pub(crate) struct Route53;

impl Service for Route53 {
    type Client = Client;
    const NAME: &'static str = "route53";
    const ENDPOINT_VARIABLE: &'static str = "AWS_ENDPOINT_URL_ROUTE_53";
    const IS_GLOBAL: bool = true;

    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Client {
        let with = |config: Builder, it| config.interceptor(it);
        Client::from_conf(listeners.into_iter().fold(Builder::from(config), with).build())
    }
}
