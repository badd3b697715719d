//! `moontide status`: where an execution stands, in a few lines.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::journal;

use crate::context::Context;
use crate::exit;
use crate::follow::{self, execution};
use crate::view::{Record, Replaced, Summary, Worded};

/// Show where an execution stands, and what to type next
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// Go on with a line for each thing that happens, until it is over
    ///
    /// From any machine, wherever its runner is. The exit code is 0, however it ends: the last lines say how. With
    /// `--output json` each line is an object: where it stands at the beginning and at the end, between them a
    /// `notice`. A runner that dies is missed within the ttl of its lease and a third of that. In a DynamoDB table a
    /// quiet hour costs about 1,900 read units, 600 more while a runner drives it, and each look that finds something
    /// five more, and one for every 4 KB of the journal that is new.
    #[arg(long)]
    follow: bool,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    if flags.follow {
        let following = execution::follow(context, store.as_ref(), &flags.execution);
        return context.block_on(follow::until_stopped(following));
    }
    let summary = context.block_on(async {
        let record = Record::load(store.as_ref(), &flags.execution).await?;
        let replaced = Replaced::in_store(store.as_ref(), &record).await;
        let head = journal::head(store.as_ref(), &flags.execution).await?;
        Ok(Summary { replaced, head, ..Summary::of(&record, &context.limits) })
    })?;
    context.output.show(&Worded(context, &summary))?;
    Ok(exit::COMPLETED)
}
