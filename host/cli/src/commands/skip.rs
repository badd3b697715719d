//! `moontide skip`: does without a wave, from any process.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::signals;
use moontide_control::words::quoted;

use crate::context::Context;
use crate::signals::{Author, send};

/// Leave a wave out: one that has not begun, or one that has failed
///
/// Waves that depend on it go on as if it were completed, also where its failure was answered with `abort`. It takes the approvers of the wave's pause
/// point, if it has one. Nothing of a cleanup is left out. Where no runner drives the execution, `moontide resume`
/// goes on with it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide skip three-tier-20261120t080000-7k2m web --by ann --comment 'web runs elsewhere'")]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// The wave's name
    wave: String,

    #[command(flatten)]
    author: Author,
}

/// Sends the signal.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let Flags { execution, wave, author } = flags;
    let typed = format!("skip {execution} {}", quoted(wave));
    send(context, &typed, author, async |operator, comment| {
        signals::skip(operator, execution, wave, comment).await
    })
}
