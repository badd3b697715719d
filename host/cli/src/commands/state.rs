//! `moontide state`: what runbooks remember in the store, and how an operator deletes what stands in the way.

use clap::{Args, Subcommand};
use moontide_control::error::Result;
use moontide_control::state::{self, Listed, Remembered};
use moontide_control::{whoami, words};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::context::Context;
use crate::exit;
use crate::output::style::{faint, plain, said, strong};
use crate::output::{Document, Page, Span};
use crate::view::worded::{self, Steps, Worded};

/// Show what a runbook remembers, and delete what stands in the way
///
/// Runbooks keep values by key in the store: counters, locks, what the last drill came to. See `@moontide/state`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide state list shared-state
  moontide state list --execution EXECUTION
  moontide state delete shared-state bench --at-version 1764316800000000

A lock that an execution holds which will never go on is given back by deleting its key.")]
pub(crate) struct Flags {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the keys, with their versions and values
    List {
        #[command(flatten)]
        owner: Owner,
    },
    /// Delete a key, if it is still at the version that `state list` has shown
    Delete {
        #[command(flatten)]
        owner: Owner,

        /// The key
        key: String,

        /// Its version
        #[arg(long, value_name = "N")]
        at_version: u64,
    },
}

/// Whose state it is.
#[derive(Args)]
struct Owner {
    /// The runbook's name; with --execution an execution's id
    #[arg(value_name = "RUNBOOK")]
    name: String,

    /// What one execution keeps for itself
    #[arg(long)]
    execution: bool,
}

impl Owner {
    fn given(&self) -> state::Owner {
        let name = self.name.clone();
        if self.execution { state::Owner::Execution(name) } else { state::Owner::Runbook(name) }
    }
}

/// What is remembered no more.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Deleted {
    /// The runbook's name, or the execution's id.
    of: String,
    /// The key.
    deleted: String,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    match &flags.command {
        Command::List { owner } => {
            let owner = owner.given();
            let listed = context.block_on(owner.list(store.as_ref()))?;
            context.output.show(&Worded(context, &listed))?;
        }
        Command::Delete { owner, key, at_version } => {
            let (owner, by) = (owner.given(), whoami::user(&context.environment));
            context.block_on(owner.delete(store.as_ref(), (key, *at_version), by))?;
            let of = owner.name().to_owned();
            context.output.show(&Deleted { of, deleted: key.clone() })?;
        }
    }
    Ok(exit::COMPLETED)
}

impl Steps for Listed {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put(json, "hints", worded::sentences(context, &self.hints));
    }

    fn write(&self, context: &Context, page: &mut Page) {
        if self.keys.is_empty() {
            page.line([strong(self.of.as_str()), plain(" remembers nothing")]);
        }
        worded::write_hints(context, &self.hints, page);
        let rows: Vec<_> = self.keys.iter().map(cells).collect();
        page.table(&rows);
    }
}

fn cells(remembered: &Remembered) -> Vec<Span<'_>> {
    vec![
        plain(format!("version {}", remembered.version)),
        faint(words::time(remembered.written_at)),
        plain(remembered.written_by.as_str()),
        // As a row of a table has it, what a runbook says stands behind the mark.
        faint("|"),
        plain(format!("{} = {}", remembered.key, remembered.value)),
    ]
}

impl Document for Deleted {
    fn write(&self, page: &mut Page) {
        let [mark, key] = said(&self.deleted);
        page.line([plain("deleted from "), strong(self.of.as_str()), mark, key]);
    }
}
