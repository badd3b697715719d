//! Amazon EC2 for the list of services.

use aws_config::SdkConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::Builder;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use super::await_running::AwaitRunning;
use super::create_tags::CreateTags;
use super::describe_instance_status::DescribeInstanceStatus;
use super::describe_instances::DescribeInstances;
use super::reboot_instances::RebootInstances;
use super::terminate_instances::TerminateInstances;
use crate::binding::{changes, looks};
use crate::plug::{Line, Service};

/// Amazon EC2.
pub(crate) struct Ec2;

impl Service for Ec2 {
    type Client = Client;
    const NAME: &'static str = "ec2";
    const ENDPOINT_VARIABLE: &'static str = "AWS_ENDPOINT_URL_EC2";
    const OPERATIONS: &'static [Line] = &[
        looks::<AwaitRunning>(),
        looks::<DescribeInstanceStatus>(),
        looks::<DescribeInstances>(),
        changes::<CreateTags>(),
        changes::<RebootInstances>(),
        changes::<TerminateInstances>(),
    ];

    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Client {
        let with = |config: Builder, it| config.interceptor(it);
        Client::from_conf(listeners.into_iter().fold(Builder::from(config), with).build())
    }
}
