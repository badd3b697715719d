//! `moontide claims`: which executions are at work on a plan or a server, and how an operator lifts what holds for ever.

mod drop;

use clap::{Args, Subcommand};
use moontide_control::claims::list::{List, Row};
use moontide_control::error::Result;
use moontide_control::words;
use serde_json::Value;

use crate::context::Context;
use crate::exit;
use crate::output::style::{attention, faint, plain, strong};
use crate::output::{Page, Span};
use crate::view::worded::{self, Steps, Worded};

/// Show which executions are at work on a plan or a server
///
/// An execution claims its plan when it is begun, and servers when a wave resolves them; a second one is told, before it
/// launches anything. A claim is over with its execution. One that was moved ends elsewhere: that is said here with
/// `claims drop`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  moontide claims
  moontide claims drop EXECUTION     it was moved, and has ended in the other store")]
pub(crate) struct Flags {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Drop(drop::Flags),
}

/// Carries the command out.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    if let Some(Command::Drop(flags)) = &flags.command {
        return drop::execute(context, flags);
    }
    let store = context.open_store()?;
    let listed = context.block_on(List::load(store.as_ref(), context.address()?.text()))?;
    context.output.show(&Worded(context, &listed))?;
    Ok(exit::COMPLETED)
}

impl Steps for List {
    fn word(&self, context: &Context, json: &mut Value) {
        worded::put(json, "next", worded::commands(context, &self.next));
    }

    fn write(&self, context: &Context, page: &mut Page) {
        if self.claims.is_empty() && self.unreadable.is_empty() {
            page.line([plain(format!("nothing is claimed in {}", self.store))]);
        }
        page.table(&self.claims.iter().map(cells).collect::<Vec<_>>());
        for error in &self.unreadable {
            page.line([attention("cannot be read"), plain(": "), plain(error.as_str())]);
        }
        worded::write_next(context, &self.next, page);
    }
}

fn cells(row: &Row) -> Vec<Span<'_>> {
    let wave = if row.wave.is_empty() { String::new() } else { format!("wave {}", row.wave) };
    vec![
        strong(row.claim.as_str()),
        plain(row.execution.as_str()),
        plain(wave),
        plain(format!("since {}", words::time(row.since))),
        plain(format!("by {}", row.by)),
        faint(row.stands.as_str()),
    ]
}
