//! `moontide schedule next`: the times to come.

use clap::Args;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::schedule::kept::Kept;
use moontide_control::schedule::upcoming::Upcoming;

use super::now;
use crate::context::Context;
use crate::exit;

/// Show the times to come, on the clocks of their zones and in UTC, with those that are skipped, and why
#[derive(Args)]
pub(crate) struct Flags {
    /// Only of this schedule
    schedule: Option<String>,

    /// So many that run
    #[arg(short, long, value_name = "N", default_value_t = 10)]
    number: usize,

    /// From this moment on, such as `2027-03-01T00:00:00Z` [default: now]
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let from = match &flags.from {
        None => now(),
        Some(text) => text.parse().map_err(|_| {
            let message = format!("`--from {text}` is no moment");
            CommandError::new(code::BAD_ARGUMENT, message)
                .hint("a moment is written like `2027-03-01T00:00:00Z`")
        })?,
    };
    let store = context.open_store()?;
    let mut code = exit::COMPLETED;
    let all = context.block_on(async {
        if let Some(name) = &flags.schedule {
            return Ok(vec![Kept::of(store.as_ref(), name).await?]);
        }
        let found = Kept::each(store.as_ref()).await?;
        // One that cannot be read hides no other.
        let kept = found.into_iter().filter_map(|(_, kept)| {
            kept.map_err(|error| {
                context.complain(&error);
                code = exit::of_error(error.code);
            })
            .ok()
        });
        Ok(kept.collect::<Vec<_>>())
    })?;
    context.output.show(&Upcoming::of(&all, from, flags.number))?;
    Ok(code)
}
