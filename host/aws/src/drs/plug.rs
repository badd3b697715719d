//! Elastic Disaster Recovery for the list of services.

use aws_config::SdkConfig;
use aws_sdk_drs::Client;
use aws_sdk_drs::config::Builder;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use super::await_jobs::AwaitJobs;
use super::describe_job_log_items::DescribeJobLogItems;
use super::describe_jobs::DescribeJobs;
use super::describe_recovery_instances::DescribeRecoveryInstances;
use super::describe_recovery_snapshots::DescribeRecoverySnapshots;
use super::describe_source_servers::DescribeSourceServers;
use super::find_launch::FindLaunch;
use super::start_recovery::StartRecovery;
use super::terminate_recovery_instances::TerminateRecoveryInstances;
use crate::binding::{changes, looks};
use crate::plug::{Line, Service};

/// Elastic Disaster Recovery.
pub(crate) struct Drs;

impl Service for Drs {
    type Client = Client;
    const NAME: &'static str = "drs";
    const ENDPOINT_VARIABLE: &'static str = "AWS_ENDPOINT_URL_DRS";
    const OPERATIONS: &'static [Line] = &[
        looks::<AwaitJobs>(),
        looks::<DescribeJobLogItems>(),
        looks::<DescribeJobs>(),
        looks::<DescribeRecoveryInstances>(),
        looks::<DescribeRecoverySnapshots>(),
        looks::<DescribeSourceServers>(),
        looks::<FindLaunch>(),
        changes::<StartRecovery>(),
        changes::<TerminateRecoveryInstances>(),
    ];

    fn client(config: &SdkConfig, listeners: Vec<SharedInterceptor>) -> Client {
        let with = |config: Builder, it| config.interceptor(it);
        Client::from_conf(listeners.into_iter().fold(Builder::from(config), with).build())
    }
}
