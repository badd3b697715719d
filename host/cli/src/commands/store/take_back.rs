//! `moontide store take-back`: an execution that was sealed for a place where it never arrived.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::moves::take_back::{Sure, TakenBack, take_back};
use moontide_control::target::Target;

use crate::context::Context;
use crate::exit;
use crate::output::style::{plain, strong};
use crate::output::{Document, Page};

/// What is taken back, and from where.
#[derive(Args)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// The store or the file that it was moved to, as `status` says it
    #[arg(long, value_name = "PLACE")]
    from: String,

    /// It never arrived there, and never will: no `store copy` of it is under way, the file was taken in by no store and
    /// is deleted, the store is gone
    #[arg(long)]
    yes: bool,

    /// Also where that store cannot be asked
    #[arg(long)]
    unseen: bool,
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let operator = context.operator(Target::default(), None)?;
    let sure = Sure { never_arrives: flags.yes, unseen: flags.unseen };
    let taken_back = take_back(&operator, &flags.execution, &flags.from, sure);
    context.output.show(&context.block_on(taken_back)?)?;
    Ok(exit::COMPLETED)
}

impl Document for TakenBack {
    fn write(&self, page: &mut Page) {
        let id = strong(self.execution.as_str());
        page.line([id, plain(format!(" goes on here; it has not left for {}", self.from))]);
    }
}
