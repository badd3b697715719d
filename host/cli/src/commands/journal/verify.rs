//! `moontide journal verify`: whether a stored journal is as it was written.

use clap::Args;
use moontide_control::error::{CommandError, Result};
use moontide_control::journal;

use crate::context::Context;
use crate::exit;
use crate::output::Document;

/// Look whether a stored journal is as it was written, and name the first entry that does not fit
///
/// Each entry carries the hash of the bytes of the entry before it. The journal is `whole`; `pruned`, with the hash at
/// the cut; `not chained` (format 1); or `broken`. The last entry is carried by none: its hash is the journal's head,
/// which `status --output json`, `show` and reports quote. A head that was noted earlier and is the hash of an entry
/// proves that nothing up to that entry was changed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide journal verify EXECUTION
  moontide journal verify EXECUTION --head HASH
  moontide journal verify --all --output json

Exit codes: 0 as it was written; 7 broken, or the head that was noted is of no entry; 1 nothing can be said of that
head, because the journal was pruned, or has no chain.")]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    execution: Option<String>,

    /// Look at the journals of all executions in the store
    #[arg(long)]
    all: bool,

    /// A head that was noted earlier: say whether it is the hash of an entry, and of which
    #[arg(long, value_name = "HASH", conflicts_with = "all")]
    head: Option<String>,
}

/// Runs the command.
pub(super) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let noted = flags.head.as_deref().map(journal::hash).transpose()?;
    let store = context.open_store()?;
    let Some(id) = &flags.execution else {
        let address = context.address()?.text();
        let all = context.block_on(journal::all(store.as_ref(), address))?;
        let complaint = all.complaint();
        return ended(context, &all, complaint);
    };
    let verified = context.block_on(journal::verify(store.as_ref(), id, noted))?;
    let complaint = journal::complaint(&verified);
    ended(context, &verified, complaint)
}

/// What was found is said, whatever it is worth.
fn ended(
    context: &Context,
    document: &impl Document,
    complaint: Option<CommandError>,
) -> Result<u8> {
    context.output.show(document)?;
    Ok(match complaint {
        None => exit::COMPLETED,
        Some(error) => {
            context.complain(&error);
            exit::of_error(error.code)
        }
    })
}
