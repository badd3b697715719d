//! `moontide schedule show`: all that a schedule says.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::schedule::kept::Kept;

use crate::context::Context;
use crate::exit;
use crate::view::schedule::Shown;

/// Show all that a schedule says, who has imported it, and when
#[derive(Args)]
pub(crate) struct Flags {
    /// Its name, as `moontide schedule list` shows it
    schedule: String,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    let kept = context.block_on(Kept::of(store.as_ref(), &flags.schedule))?;
    context.output.show(&Shown(kept.terms))?;
    Ok(exit::COMPLETED)
}
