//! `moontide cancel`: stops an execution at its next effect, from any process.

use clap::Args;
use moontide_runtime::store::{Signal, Store, Wish};

use crate::clocks::SystemClock;
use crate::context::Context;
use crate::error::{CommandError, Result, code};
use crate::view::{Record, sent};
use crate::{exit, whoami};

/// Stop an execution at its next effect
///
/// What it has launched stays: `moontide cleanup` terminates a drill's instances. If nobody drives the
/// execution, `moontide resume` brings it to its end.
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// Who cancels [default: the user of the operating system]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,

    /// Why
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    comment: String,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    context.block_on(send(context, store.as_ref(), flags))
}

async fn send(context: &Context, store: &dyn Store, flags: &Flags) -> Result<u8> {
    let record = Record::load(store, &flags.execution).await?;
    let id = &record.execution.id;
    if record.status().is_terminal() {
        let message = format!("`{id}` is over; there is nothing to cancel");
        let status = context.command(&format!("status {id}"));
        return Err(
            CommandError::new(code::OVER, message).hint(format!("`{status}` shows how it ended"))
        );
    }
    let by = flags.by.clone().unwrap_or_else(|| whoami::user(&context.environment));
    let meaning = format!("{id}: cancellation wanted by {by}");
    let signal = Signal {
        wish: Wish::Cancel,
        by,
        comment: flags.comment.clone(),
        at: moontide_runtime::clock::Clock::now(&SystemClock::new()),
    };
    let sent = sent::send(context, store, &record, signal, meaning).await?;
    context.output.show(&sent)?;
    Ok(exit::COMPLETED)
}
