//! `moontide show`: everything about an execution.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::journal;
use moontide_control::view::whole::Whole;

use crate::context::Context;
use crate::exit;
use crate::view::{Record, Worded};

/// Show everything about an execution: attempts, servers, answers, failures with their traces
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    let whole = context.block_on(async {
        let record = Record::load(store.as_ref(), &flags.execution).await?;
        let mut whole = Whole::of(&record, &context.limits);
        whole.summary.head = journal::head(store.as_ref(), &flags.execution).await?;
        Ok(whole)
    })?;
    context.output.show(&Worded(context, &whole))?;
    Ok(exit::COMPLETED)
}
