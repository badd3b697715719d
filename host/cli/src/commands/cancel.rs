//! `moontide cancel`: stops an execution at its next effect, from any process.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::signals;

use crate::context::Context;
use crate::signals::{Author, send};

/// Stop an execution at its next effect
///
/// What it has launched stays: `moontide cleanup` terminates a drill's instances. The runbook's hooks
/// `on_cancel` run before it ends. If no runner drives the execution, `moontide resume` brings it to its
/// end. A second cancel also stops the hooks, once a runner has taken the first: until then it is the
/// first one again, and refused.
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
    send(context, &format!("cancel {execution}"), author, async |operator, comment| {
        signals::cancel(operator, execution, comment).await
    })
}
