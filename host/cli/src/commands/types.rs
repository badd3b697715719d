//! `moontide types`: the library's modules for editors.

use std::path::PathBuf;

use clap::Args;
use moontide_author::typings::{self, Place};
use moontide_control::error::Result;
use moontide_control::runbook::Files;
use moontide_control::settings::home;

use crate::context::Context;
use crate::exit;
use crate::view::typings::TypingsView;

/// Write the library's typed modules, so that an editor completes and checks a runbook
///
/// luau-lsp and other tools find `@moontide` by the alias that is merged into the `.luaurc` beside the runbook.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide types runbooks/shop           for all runbooks of this user
  moontide types runbooks/shop --here    beside the runbook, for a team and for every tool
  moontide types runbooks/shop --check   exit code 1 if they are not those of this release")]
pub(crate) struct Flags {
    /// A folder with a runbook.luau, or a .luau file
    #[arg(default_value = ".")]
    runbook: PathBuf,

    /// Write them below the runbook's folder, into .moontide/types
    #[arg(long)]
    here: bool,

    /// Write nothing; exit code 1 if something would be written
    #[arg(long)]
    check: bool,
}

/// Writes them.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let folder = Files::read(&flags.runbook)?.folder;
    let place = if flags.here {
        Place::Here
    } else {
        Place::User { data: home::data(&context.environment)?, home: home::of_user() }
    };
    let write = if flags.check { typings::check } else { typings::write };
    let written = write(&folder, &place)?;
    let is_stale = written.stale > 0 || written.is_new_alias;
    context.output.show(&TypingsView { written, checked_only: flags.check })?;
    Ok(if flags.check && is_stale { exit::FAILED } else { exit::COMPLETED })
}
