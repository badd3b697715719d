//! AWS Systems Manager, as far as Run Command and the start and end of automations go.
//!
//! | file | what it owns |
//! |---|---|
//! | `plug` | the service for the list of services |
//! | `operations` | its operations by name; each of the others with an operation's name answers it |
//! | `state` | commands and automations |
//! | `command`, `invoke`, `automation` | what becomes of them, computed whole when they are started |
//! | `agent` | the agents on instances |
//! | `met`, `unsaid` | what scripts of the scenario answered, for a rehearsal's notes |
//! | `input`, `paging`, `reply`, `error` | requests and replies in JSON |

mod agent;
mod automation;
mod cancel_command;
mod command;
mod error;
mod get_automation_execution;
mod input;
mod instance_information;
mod invocations;
mod invoke;
mod list_commands;
mod list_invocations;
mod met;
mod operations;
mod paging;
mod plug;
mod reply;
mod send_command;
mod start_automation_execution;
mod state;
mod stop_automation_execution;
mod unsaid;

pub(crate) use plug::PLUG;
