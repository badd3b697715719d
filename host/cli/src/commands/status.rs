//! `moontide status`: where an execution stands, in a few lines.

use clap::Args;

use crate::context::Context;
use crate::error::Result;
use crate::exit;
use crate::view::{Record, Replaced, Summary};

/// Show where an execution stands, and what to type next
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    let summary = context.block_on(async {
        let record = Record::load(store.as_ref(), &flags.execution).await?;
        let replaced = Replaced::in_store(store.as_ref(), &record, context).await;
        Ok(Summary { replaced, ..Summary::of(&record, context) })
    })?;
    context.output.show(&summary)?;
    Ok(exit::COMPLETED)
}
