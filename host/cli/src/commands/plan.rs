//! `moontide plan`: what a runbook will do, drawn.

use std::path::PathBuf;

use clap::Args;
use moontide_author::plan::{Outline, svg};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::runbook::Files;

use crate::context::Context;
use crate::exit;
use crate::output::style::plain;

/// Draw what a runbook will do: its waves, who is asked, which hooks run
///
/// Offline, and without effects. Waves stand in layers: each behind all that it waits for. COLUMNS says how wide the
/// drawing may be where there is no terminal.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide plan runbooks/three_tier
  moontide plan runbooks/three_tier --svg plan.svg")]
pub(crate) struct Flags {
    /// A folder with a runbook.luau, or a .luau file
    runbook: PathBuf,

    /// Also draw it into this file, as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Draws it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let files = Files::read(&flags.runbook)?;
    let settings = context.settings(Some(&files.folder))?;
    let plan = files.plan(context, &settings.limits(), 0)?;
    let outline = Outline::of(&plan);
    if let Some(file) = &flags.svg {
        std::fs::write(file, svg::draw(&outline)).map_err(|error| {
            CommandError::new(code::OUTPUT, format!("{}: {error}", file.display()))
        })?;
        context.output.say([plain(format!("drawn into {}", file.display()))]);
    }
    context.output.show(&outline)?;
    Ok(exit::COMPLETED)
}
