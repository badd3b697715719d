//! Amazon EC2 as this crate reaches it.

use aws_config::SdkConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::Builder;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use crate::plug::Service;

/// Amazon EC2.
pub(crate) struct Ec2;

impl Service for Ec2 {
    type Client = Client;
    const NAME: &'static str = "ec2";
    const ENDPOINT_VARIABLE: &'static str = "AWS_ENDPOINT_URL_EC2";

    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Client {
        let with = |config: Builder, it| config.interceptor(it);
        Client::from_conf(listeners.into_iter().fold(Builder::from(config), with).build())
    }
}
