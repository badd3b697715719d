//! `moontide note`: keeps what an operator saw, in the journal.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::signals;
use moontide_control::words::quoted;

use crate::context::Context;
use crate::signals::{Author, comment, name, send};

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
    #[arg(value_parser = comment)]
    text: String,

    /// In whose name [default: the user of the operating system]
    #[arg(long, value_name = "NAME", value_parser = name)]
    by: Option<String>,
}

/// Keeps the note.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let Flags { execution, text, by } = flags;
    let author = Author { by: by.clone(), comment: String::new() };
    let typed = format!("note {execution} {}", quoted(text));
    send(context, &typed, &author, async |operator, _| {
        signals::note(operator, execution, text).await
    })
}
