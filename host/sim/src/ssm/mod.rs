//! AWS Systems Manager, as far as Run Command and the start and end of automations go.
//!
//! | file | what it owns |
//! |---|---|
//! | `plug` | the service for the list of services |
//! | `operations` | its operations by name; each of the others with an operation's name answers it |
//! | `state` | commands and automations |
//! | `command`, `invoke`, `automation`, `automate` | what becomes of them, computed whole when they are started |
//! | `document` | a document that a caller has made: what it takes, and what it runs |
//! | `running` | commands that are processes of this machine |
//! | `agent` | the agents on instances |
//! | `met`, `unheard`, `unsaid` | what scripts of the scenario answered, and what they left out |
//! | `notes`, `wording` | what a rehearsal says of that |
//! | `input`, `paging`, `reply`, `error` | requests and replies in JSON |

mod agent;
mod automate;
mod automation;
mod cancel_command;
mod command;
mod create_document;
mod document;
mod error;
mod get_automation_execution;
mod input;
mod instance_information;
mod invocations;
mod invoke;
mod list_commands;
mod list_invocations;
mod met;
mod notes;
mod operations;
mod paging;
mod plug;
mod reply;
mod running;
mod send_command;
mod start_automation_execution;
mod state;
mod stop_automation_execution;
mod unheard;
mod unsaid;
mod wording;

pub(crate) use plug::PLUG;
