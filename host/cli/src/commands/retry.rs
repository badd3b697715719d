//! `moontide retry`: attempts a failed wave once more, from any process.

use clap::Args;
use moontide_runtime::store::Wish;

use crate::context::Context;
use crate::error::Result;
use crate::signals::Author;

/// Attempt a failed wave once more, also after the execution has failed or was cancelled
///
/// Waves that were called off because of it wait for their turn again. Of a cancelled execution that is over
/// it takes a wave that the cancel cut off, and lifts the cancel. If nobody drives the execution,
/// `moontide resume` goes on with it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide retry three-tier-20261120t080000-7k2m web
  moontide retry three-tier-20261120t080000-7k2m web --comment 'the quota is raised'")]
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
    let wish = Wish::Retry { wave: flags.wave.clone() };
    super::signal(context, &flags.execution, &flags.author, wish)
}
