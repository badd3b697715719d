//! AWS Security Token Service for the list of services.

use aws_config::SdkConfig;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::Builder;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use super::get_caller_identity::GetCallerIdentity;
use crate::binding::looks;
use crate::plug::{Line, Service};

/// AWS Security Token Service.
pub(crate) struct Sts;

impl Service for Sts {
    type Client = Client;
    const NAME: &'static str = "sts";
    const ENDPOINT_VARIABLE: &'static str = "AWS_ENDPOINT_URL_STS";
    const OPERATIONS: &'static [Line] = &[looks::<GetCallerIdentity>()];

    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Client {
        let with = |config: Builder, it| config.interceptor(it);
        Client::from_conf(listeners.into_iter().fold(Builder::from(config), with).build())
    }
}
