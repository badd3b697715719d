//! What runbooks may ask of Amazon EC2.

use super::await_running::AwaitRunning;
use super::create_tags::CreateTags;
use super::describe_instance_status::DescribeInstanceStatus;
use super::describe_instances::DescribeInstances;
use super::reboot_instances::RebootInstances;
use super::terminate_instances::TerminateInstances;
use crate::binding::{Line, changes, looks};

/// One line each.
pub(crate) const OPERATIONS: &[Line] = &[
    looks::<AwaitRunning>(),
    looks::<DescribeInstanceStatus>(),
    looks::<DescribeInstances>(),
    changes::<CreateTags>(),
    changes::<RebootInstances>(),
    changes::<TerminateInstances>(),
];
