//! What runbooks may ask of AWS Systems Manager.

use super::await_command::AwaitCommand;
use super::cancel_command::CancelCommand;
use super::describe_instance_information::DescribeInstanceInformation;
use super::get_automation_execution::GetAutomationExecution;
use super::send_command::SendCommand;
use super::start_automation_execution::StartAutomationExecution;
use super::stop_automation_execution::StopAutomationExecution;
use crate::binding::{Line, changes, looks};

/// One line each.
pub(crate) const OPERATIONS: &[Line] = &[
    looks::<AwaitCommand>(),
    looks::<DescribeInstanceInformation>(),
    looks::<GetAutomationExecution>(),
    changes::<CancelCommand>(),
    changes::<SendCommand>(),
    changes::<StartAutomationExecution>(),
    changes::<StopAutomationExecution>(),
];
