//! `moontide store export`: an execution leaves for a file.

use std::path::PathBuf;

use clap::Args;
use moontide_control::error::Result;
use moontide_control::moves::export::{Exported, Room};
use moontide_control::target::Target;
use serde_json::Value;

use super::stays;
use crate::context::Context;
use crate::exit;
use crate::output::Page;
use crate::output::style::{plain, strong};
use crate::view::{Steps, Worded};

/// What leaves, and where to.
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// The file, which must not be there yet; for its owner only, because params and answers are in it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,

    /// It goes on where the file is taken in, and is sealed here: needed for all that are not completed. If the file
    /// is lost, the same command writes it again; taken in here, the seal is lifted. Only one store may take it in
    #[arg(long = "move")]
    is_move: bool,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let room = Room::make(&flags.to)?;
    let operator = context.operator(Target::default(), None)?;
    let exported = room.export(&operator, &flags.execution, flags.is_move);
    let exported = context.block_on(exported)?;
    context.output.show(&Worded(context, &exported))?;
    Ok(exit::COMPLETED)
}

impl Steps for Exported {
    fn word(&self, context: &Context, json: &mut Value) {
        stays::word(context, &self.stays, json);
    }

    fn write(&self, context: &Context, page: &mut Page) {
        let what = if self.moved { " has left for " } else { " was copied to " };
        let file = self.file.display().to_string();
        let entries = format!(", with {} journal entries", self.entries);
        page.line([strong(self.execution.as_str()), plain(what), strong(file), plain(entries)]);
        stays::write(context, &self.stays, page);
    }
}
