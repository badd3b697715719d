//! `moontide note`: keeps what an operator saw, in the journal.

use std::sync::Arc;

use clap::Args;
use moontide_runtime::store::Wish;

use crate::aws::AwsFlags;
use crate::context::Context;
use crate::drive::{self, Ride};
use crate::error::{CommandError, Result, code};
use crate::exit;
use crate::interrupt::Interrupt;
use crate::signals::{self, Author};
use crate::view::Record;
use crate::whoami;

/// Keep what you saw, in the execution's journal
///
/// A note changes nothing. A runner that drives the execution journals it at once, and the next one if there is
/// none; an execution that is over takes it here.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide note three-tier-20261120t080000-7k2m 'the replica was 40 s behind at 03:12'")]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// What you saw
    text: String,

    /// In whose name [default: the user of the operating system]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    if flags.text.trim().is_empty() {
        return Err(CommandError::new(code::BAD_ARGUMENT, "a note says something"));
    }
    let store = context.open_store()?;
    let author = Author { by: flags.by.clone(), comment: flags.text.clone() };
    context.block_on(async {
        let record = Record::load(store.as_ref(), &flags.execution).await?;
        let mut sent = signals::send(context, store.as_ref(), &record, Wish::Note, &author).await?;
        if record.is_over() && sent.runner.is_none() {
            // Nothing is left to drive, so this runner takes the note and does nothing else.
            sent.next = None;
            let execution = record.execution;
            let clock = drive::clock(&execution, None);
            let session = AwsFlags::default().session(context).await?;
            let region = execution.regions.first().cloned().unwrap_or_default();
            let world = drive::world(session, &region, &clock, execution.seed);
            let (settings, user) = (context.settings(None)?, whoami::author(context).await?);
            let (store, answers) = (Arc::clone(&store), Vec::new());
            let ride = Ride { context, settings, store, execution, world, clock, answers, user };
            ride.drive(&mut Interrupt::listen()).await?;
        }
        context.output.show(&sent)?;
        Ok(exit::COMPLETED)
    })
}
