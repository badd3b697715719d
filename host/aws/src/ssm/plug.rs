//! AWS Systems Manager for the list of services.

use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::Builder;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use super::await_command::AwaitCommand;
use super::cancel_command::CancelCommand;
use super::describe_instance_information::DescribeInstanceInformation;
use super::get_automation_execution::GetAutomationExecution;
use super::send_command::SendCommand;
use super::start_automation_execution::StartAutomationExecution;
use super::stop_automation_execution::StopAutomationExecution;
use crate::binding::{changes, looks};
use crate::plug::{Line, Service};

/// AWS Systems Manager.
pub(crate) struct Ssm;

impl Service for Ssm {
    type Client = Client;
    const NAME: &'static str = "ssm";
    const ENDPOINT_VARIABLE: &'static str = "AWS_ENDPOINT_URL_SSM";
    const OPERATIONS: &'static [Line] = &[
        looks::<AwaitCommand>(),
        looks::<DescribeInstanceInformation>(),
        looks::<GetAutomationExecution>(),
        changes::<CancelCommand>(),
        changes::<SendCommand>(),
        changes::<StartAutomationExecution>(),
        changes::<StopAutomationExecution>(),
    ];

    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Client {
        let with = |config: Builder, it| config.interceptor(it);
        Client::from_conf(listeners.into_iter().fold(Builder::from(config), with).build())
    }
}
