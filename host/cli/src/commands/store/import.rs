//! `moontide store import`: an execution arrives from a file.

use std::path::{Path, PathBuf};

use clap::Args;
use moontide_control::error::Result;
use moontide_control::moves::import::{self, Arrived, GivenUp, Waiting};
use moontide_control::whoami;

use crate::context::Context;
use crate::exit;
use crate::output::style::{plain, strong};
use crate::output::{Document, Page};

/// What arrives.
#[derive(Args)]
pub(crate) struct Flags {
    /// A file that `moontide store export` wrote
    #[arg(required_unless_present = "give_up")]
    file: Option<PathBuf>,

    /// Instead: an import of this execution into a table was cut off, and will not be made again: remove what is left of
    /// it. Then an execution of its id may begin, and one that was here before may be taken back
    #[arg(long, value_name = "EXECUTION", conflicts_with = "file")]
    give_up: Option<String>,

    /// It is never to arrive: its source is lost, or it goes on there
    #[arg(long, requires = "give_up")]
    yes: bool,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    if let Some(id) = &flags.give_up {
        return give_up(context, id, flags.yes);
    }
    flags.file.as_deref().map_or(Ok(exit::COMPLETED), |file| take_in(context, file))
}

/// Removes what is left of an import that is never to end.
fn give_up(context: &Context, id: &str, is_sure: bool) -> Result<u8> {
    let (store, address) = (context.open_store()?, context.address()?.text());
    let given_up = import::give_up((store.as_ref(), address), id, is_sure);
    context.output.show(&context.block_on(given_up)?)?;
    Ok(exit::COMPLETED)
}

fn take_in(context: &Context, path: &Path) -> Result<u8> {
    let waiting = Waiting::read(path)?;
    let address = context.address()?.absolute();
    let (store, user) = (address.open()?, whoami::user(&context.environment));
    let arrived = waiting.take_in(context, (&address, store.as_ref()), &user);
    context.output.show(&context.block_on(arrived)?)?;
    Ok(exit::COMPLETED)
}

impl Document for GivenUp {
    fn write(&self, page: &mut Page) {
        let id = strong(self.execution.as_str());
        page.line([
            id,
            plain(format!(" does not arrive in {}: nothing is left of it", self.store)),
        ]);
    }
}

impl Document for Arrived {
    fn write(&self, page: &mut Page) {
        page.line([
            strong(self.execution.as_str()),
            plain(format!(" is in {} now, with {} journal entries", self.store, self.entries)),
        ]);
    }
}
