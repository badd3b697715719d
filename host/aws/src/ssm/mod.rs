//! AWS Systems Manager: commands on instances, and automations.
//!
//! - `plug`: the service for the list of services.
//! - [`comment`]: how a command is recognised as ours.
//! - everything else: an operation, under its own name.

mod await_command;
mod cancel_command;
mod comment;
mod describe_instance_information;
mod get_automation_execution;
mod plug;
mod send_command;
mod start_automation_execution;
mod stop_automation_execution;

pub(crate) use plug::Ssm;
