//! `moontide skip`: does without a wave, from any process.

use clap::Args;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::words::quoted;
use moontide_runtime::store::Wish;

use crate::context::Context;
use crate::signals::Author;
use crate::view::Record;

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

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let wish = Wish::Skip { wave: flags.wave.clone() };
    let rest = format!(" {}", quoted(&flags.wave));
    super::signal(context, ("skip", &flags.execution, &rest), &flags.author, |record| {
        is_no_cleanup(context, record).map(|()| wish)
    })
}

/// Instances that a cleanup has not terminated would live on, and no command would name them again.
fn is_no_cleanup(context: &Context, record: &Record) -> Result<()> {
    let Some(drill) = record.execution.client() else { return Ok(()) };
    let id = &record.execution.id;
    let message = format!("`{id}` cleans up after `{drill}`, and nothing of that is left out");
    let again = context.command(&format!("cleanup {drill}"));
    Err(CommandError::new(code::NOT_NOW, message).hint(format!("`{again}` goes on with it")))
}
