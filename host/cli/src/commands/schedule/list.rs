//! `moontide schedule list`: the schedules of the store.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::schedule::listing::List;

use super::now;
use crate::context::Context;
use crate::exit;
use crate::view::Worded;

/// Show the schedules of the store: how each stands, when it runs next, and how its last start has ended
#[derive(Args)]
pub(crate) struct Flags {}

/// Runs the command.
pub(crate) fn execute(context: &Context, _flags: &Flags) -> Result<u8> {
    let (store, address) = (context.open_store()?, context.address()?.text());
    let listed = context.block_on(List::load(store.as_ref(), address, now()))?;
    context.output.show(&Worded(context, &listed))?;
    Ok(exit::COMPLETED)
}
