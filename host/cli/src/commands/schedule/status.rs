//! `moontide schedule status`: whether schedules are served, and nothing was missed.

#![expect(clippy::doc_markdown, reason = "clap prints these comments as they are")]

use clap::Args;
use moontide_control::error::Result;
use moontide_control::schedule::status::Status;

use super::now;
use crate::context::Context;
use crate::exit;
use crate::view::Worded;

/// Say whether schedules are served, and whether something was missed
///
/// Ends with 1 if no `schedule serve` has given a sign of life for three minutes; if a time was missed, or held until it
/// was too late, and no later one was started since; if a drill waits for a person while later times are left out; if a cleanup is overdue; or if something cannot be read. `moontide
/// schedule resume NAME` says that a miss is known.
#[derive(Args)]
pub(crate) struct Flags {
    /// Say nothing of who serves: cron, systemd or EventBridge start the schedules of this store
    #[arg(long)]
    no_server: bool,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let (store, address) = (context.open_store()?, context.address()?.text());
    let mut status = context.block_on(Status::load(store.as_ref(), address, now()))?;
    if flags.no_server {
        status.without_server();
    }
    context.output.show(&Worded(context, &status))?;
    Ok(if status.well { exit::COMPLETED } else { exit::FAILED })
}
