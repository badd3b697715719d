//! `moontide schedule history`: what became of the times of schedules.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::schedule::kept::Kept;
use moontide_control::schedule::listing::History;

use crate::context::Context;
use crate::exit;

/// Show what became of each time: started, missed, held or skipped, and why
#[derive(Args)]
pub(crate) struct Flags {
    /// Only of this schedule
    schedule: Option<String>,

    /// The last so many
    #[arg(short, long, value_name = "N", default_value_t = 20)]
    number: usize,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    let history = context.block_on(async {
        let name = flags.schedule.as_deref();
        let history = History::load(store.as_ref(), name, flags.number).await?;
        // A schedule that was removed still has one.
        if let Some(name) = name.filter(|_| history.times.is_empty()) {
            Kept::of(store.as_ref(), name).await?;
        }
        Ok(history)
    })?;
    context.output.show(&history)?;
    Ok(exit::COMPLETED)
}
