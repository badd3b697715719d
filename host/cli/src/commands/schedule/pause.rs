//! `moontide schedule pause`.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::schedule::acts;

use super::{now, person};
use crate::context::Context;
use crate::exit;
use crate::view::Worded;

/// Let a schedule start nothing more; what it has started goes on
#[derive(Args)]
pub(crate) struct Flags {
    /// Its name, as `moontide schedule list` shows it
    schedule: String,

    /// Why: it is kept, and is the reason in the history
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = crate::signals::comment)]
    reason: String,

    /// In whose name [default: as `moontide answer`]. A claim: it is kept beside who really says so
    #[arg(long, value_name = "NAME", value_parser = crate::signals::name)]
    by: Option<String>,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    let acted = context.block_on(async {
        let by = person(context, flags.by.as_deref()).await?;
        acts::pause(store.as_ref(), &flags.schedule, &flags.reason, (&by, now())).await
    })?;
    context.output.show(&Worded(context, &acted))?;
    Ok(exit::COMPLETED)
}
