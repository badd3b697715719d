//! AWS Systems Manager: commands on instances, and automations.
//!
//! - `plug`: the service, as this crate reaches it; `operations`: what runbooks may ask of it.
//! - [`comment`]: how a command is recognised as ours.
//! - [`commands`]: commands that an operator sends, beside all runbooks.
//! - everything else: an operation, under its own name.

mod await_command;
mod cancel_command;
pub mod commands;
mod comment;
mod describe_instance_information;
mod get_automation_execution;
mod operations;
mod plug;
mod send_command;
mod start_automation_execution;
mod stop_automation_execution;

pub(crate) use operations::OPERATIONS;
pub(crate) use plug::Ssm;
