//! `moontide schedule pause`, `resume`, `remove`: what a person wants of a schedule, in that person's name.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::schedule::acts::Act;

use super::{now, person};
use crate::context::Context;
use crate::exit;
use crate::view::Worded;

/// Which schedule, and in whose name.
#[derive(Args)]
pub(crate) struct Flags {
    /// Its name, as `moontide schedule list` shows it
    schedule: String,

    /// In whose name [default: as `moontide answer`]. A claim: it is kept beside who really says so
    #[arg(long, value_name = "NAME", value_parser = crate::signals::name)]
    by: Option<String>,
}

/// The same, and whether a pause stays.
#[derive(Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    flags: Flags,

    /// Leave a pause: only say that failures, misses or a wrong clock are known
    #[arg(long)]
    keep_paused: bool,
}

/// Lets it go on.
pub(crate) fn resume(context: &Context, resume: &Resume) -> Result<u8> {
    execute(context, &resume.flags, &Act::Resume { keeps_pause: resume.keep_paused })
}

/// The same, and why.
#[derive(Args)]
pub(crate) struct Pause {
    #[command(flatten)]
    flags: Flags,

    /// Why: it is kept, and is the reason in the history
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = crate::signals::comment)]
    reason: String,
}

/// Pauses it.
pub(crate) fn pause(context: &Context, pause: &Pause) -> Result<u8> {
    execute(context, &pause.flags, &Act::Pause { reason: pause.reason.clone() })
}

/// Carries an act out.
pub(crate) fn execute(context: &Context, flags: &Flags, act: &Act) -> Result<u8> {
    let store = context.open_store()?;
    let acted = context.block_on(async {
        let by = person(context, flags.by.as_deref()).await?;
        act.perform(store.as_ref(), &flags.schedule, (&by, now())).await
    })?;
    context.output.show(&Worded(context, &acted))?;
    Ok(exit::COMPLETED)
}
