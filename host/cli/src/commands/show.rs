//! `moontide show`: everything about an execution.

use clap::Args;
use moontide_control::error::Result;
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
    let record = context.block_on(Record::load(store.as_ref(), &flags.execution))?;
    context.output.show(&Worded(context, &Whole::of(&record, &context.limits)))?;
    Ok(exit::COMPLETED)
}
