//! Amazon Route 53 for the list of services.

use aws_config::SdkConfig;
use aws_sdk_route53::Client;
use aws_sdk_route53::config::Builder;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use super::change_resource_record_sets::ChangeResourceRecordSets;
use super::list_resource_record_sets::ListResourceRecordSets;
use crate::binding::{changes, looks};
use crate::plug::{Line, Service};

/// Amazon Route 53.
pub(crate) struct Route53;

impl Service for Route53 {
    type Client = Client;
    const NAME: &'static str = "route53";
    const ENDPOINT_VARIABLE: &'static str = "AWS_ENDPOINT_URL_ROUTE_53";
    const IS_GLOBAL: bool = true;
    const OPERATIONS: &'static [Line] =
        &[looks::<ListResourceRecordSets>(), changes::<ChangeResourceRecordSets>()];

    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Client {
        let with = |config: Builder, it| config.interceptor(it);
        Client::from_conf(listeners.into_iter().fold(Builder::from(config), with).build())
    }
}
