//! What runbooks may ask of Elastic Disaster Recovery.

use super::await_jobs::AwaitJobs;
use super::describe_job_log_items::DescribeJobLogItems;
use super::describe_jobs::DescribeJobs;
use super::describe_recovery_instances::DescribeRecoveryInstances;
use super::describe_recovery_snapshots::DescribeRecoverySnapshots;
use super::describe_source_servers::DescribeSourceServers;
use super::find_launch::FindLaunch;
use super::start_recovery::StartRecovery;
use super::terminate_recovery_instances::TerminateRecoveryInstances;
use crate::binding::{Line, changes, looks};

/// One line each.
pub(crate) const OPERATIONS: &[Line] = &[
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
