//! AWS Systems Manager: commands on instances, and automations.
//!
//! A file per operation; [`comment`] is how a command is recognised as ours.

pub(crate) mod await_command;
pub(crate) mod cancel_command;
mod comment;
pub(crate) mod describe_instance_information;
pub(crate) mod get_automation_execution;
pub(crate) mod send_command;
pub(crate) mod start_automation_execution;
pub(crate) mod stop_automation_execution;
