//! `moontide ssm`: runbooks on instances, without a person at a terminal, by AWS Systems Manager.
//!
//! - `run`: what a command on an instance starts.
//! - `document`: what tells Systems Manager to start it. `package`: what installs it there.
//! - `send`: starts it on an instance, and follows it.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

mod document;
pub(crate) mod package;
mod run;
pub(crate) mod send;

use clap::{Args, Subcommand};
use moontide_control::error::Result;

use crate::context::Context;

/// Run runbooks by AWS Systems Manager: on an instance, without a terminal
///
/// `moontide guide ssm` says how all of it goes together.
#[derive(Args)]
pub(crate) struct Flags {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(Box<run::Flags>),
    Send(Box<send::Flags>),
    Document(document::Flags),
    Package(package::Flags),
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    match &flags.command {
        Command::Run(flags) => Ok(run::execute(context, flags)),
        Command::Send(flags) => send::execute(context, flags),
        Command::Document(flags) => document::execute(context, flags),
        Command::Package(flags) => package::execute(context, flags),
    }
}
