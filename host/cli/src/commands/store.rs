//! `moontide store`: the place where executions are kept: making it, cutting it down, and executions that move.
//!
//! - `init`: makes it. `prune`: cuts old journals down to their evidence.
//! - `export`, `import`, `copy`: an execution leaves for a file or another store, and arrives; `stays`: what does not go
//!   with it; `take_back`: it has not left.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

mod copy;
mod export;
mod import;
mod init;
mod prune;
mod stays;
mod take_back;

use clap::{Args, Subcommand};
use moontide_control::error::Result;

use crate::context::Context;

/// Make the store, cut it down, or move executions between stores
///
/// A SQLite file is made when it is first used. A DynamoDB table, which several machines may share, is
/// made by `store init`, once. Keep it in another Region than the one that may fail.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide store init --store dynamodb:moontide@us-west-2
  MOONTIDE_STORE=dynamodb:moontide@us-west-2 moontide list
  moontide store prune --older-than 400d --keep-failed --dry-run
  moontide store copy sqlite:moontide.db dynamodb:moontide@us-west-2 drill-7 --move

The table is reached with the settings of the environment: AWS_PROFILE, AWS_REGION where the
address names no Region, AWS_ENDPOINT_URL_DYNAMODB. Flags such as --profile and --endpoint-url
are for the world that runbooks work on, and never lead to another store.")]
pub(crate) struct Flags {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the store that `--store`, MOONTIDE_STORE or moontide.toml names, if it is not there yet
    ///
    /// May be repeated: what is there stays, and what is missing is added. A table is billed by request,
    /// deletes items by their attribute `expires_at`, can be restored to any second of the last weeks where that
    /// is offered, and cannot be deleted before its deletion protection is turned off. Needs
    /// dynamodb:CreateTable, Describe*, UpdateTable, UpdateTimeToLive, UpdateContinuousBackups, GetItem, Scan and
    /// PutItem; all other commands need GetItem, BatchGetItem, Query, PutItem, UpdateItem and ConditionCheckItem;
    /// `store prune` BatchWriteItem as well, and moves into a table DeleteItem.
    Init(init::Flags),
    /// Cut the journals of old executions down to their evidence
    ///
    /// What was decided, answered and done to the world stays, with the head and its params; what was only looked
    /// at goes. A pruned execution is shown as before, goes on no more, and its journal says that it was pruned:
    /// what is left is held together by a hash, and the chain's last link is kept. Executions that are not over,
    /// that wait for a runner, and drills whose instances may live are left alone.
    Prune(prune::Flags),
    /// Write an execution to a file: head, sources, journal and signals, byte for byte
    Export(export::Flags),
    /// Take an execution in from a file that `store export` wrote
    Import(import::Flags),
    /// Let an execution go on here that was sealed for a place where it never arrived
    TakeBack(take_back::Flags),
    /// Copy executions to another store; with `--move` they go on there
    Copy(copy::Flags),
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    match &flags.command {
        Command::Init(flags) => init::execute(context, flags),
        Command::Prune(flags) => prune::execute(context, flags),
        Command::Export(flags) => export::execute(context, flags),
        Command::Import(flags) => import::execute(context, flags),
        Command::TakeBack(flags) => take_back::execute(context, flags),
        Command::Copy(flags) => copy::execute(context, flags),
    }
}
