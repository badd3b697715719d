//! `moontide pause`: lets no further wave of an execution start, from any process.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::signals;

use crate::context::Context;
use crate::signals::{Author, send};

/// Let no further wave start, until an operator lifts the pause
///
/// Waves that run come to their end, and are journaled; then the execution waits, its runner ends with
/// exit code 4. `moontide resume` of the same person lifts the pause; another one has to say `--lift-pause`.
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    #[command(flatten)]
    author: Author,
}

/// Sends the signal.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let Flags { execution, author } = flags;
    send(context, &format!("pause {execution}"), author, async |operator, comment| {
        signals::pause(operator, execution, comment).await
    })
}
