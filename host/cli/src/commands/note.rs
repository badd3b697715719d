//! `moontide note`: keeps what an operator saw, in the journal.

use clap::Args;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::words::quoted;
use moontide_runtime::store::Wish;

use crate::context::Context;
use crate::exit;
use crate::signals::{self, Author};
use crate::view::{Record, Worded, sealed};

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
    #[arg(value_parser = signals::comment)]
    text: String,

    /// In whose name [default: the user of the operating system]
    #[arg(long, value_name = "NAME", value_parser = signals::name)]
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
        let by = Author { comment: String::new(), ..author.clone() }.words();
        let typed = format!("note {} {}{by}", flags.execution, quoted(&flags.text));
        sealed::check(&record, context, &typed)?;
        let sent = if record.is_over() && record.runner.is_none() {
            signals::keep_note(context, &store, &record, &author).await?
        } else {
            signals::send(context, store.as_ref(), &record, Wish::Note, &author).await?
        };
        context.output.show(&Worded(context, &sent))?;
        Ok(exit::COMPLETED)
    })
}
