//! `moontide plan`: what a runbook will do, drawn.

use std::path::PathBuf;

use clap::Args;
use moontide_author::plan::{Outline, svg};
use moontide_author::{check_for, finding};
use moontide_control::error::{CommandError, Result};
use moontide_control::listener::Silent;
use moontide_control::runbook::Files;
use moontide_control::settings::Settings;

use crate::context::Context;
use crate::exit;
use crate::output::file::{self, Kind};
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
    let plan = files
        .plan(context, &settings.limits(), 0)
        .map_err(|error| as_check_says(&files, &settings).unwrap_or(error))?;
    let outline = Outline::of(&plan);
    if let Some(path) = &flags.svg {
        file::write(path, Kind::Svg, svg::draw(&outline).as_bytes())?;
        context.output.say([plain(format!("drawn into {}", path.display()))]);
    }
    context.output.show(&outline)?;
    Ok(exit::COMPLETED)
}

/// What is wrong with a runbook that does not load, in the words of `moontide check`.
fn as_check_says(files: &Files, settings: &Settings) -> Option<CommandError> {
    let findings = check_for(files, &Silent, settings).findings;
    let wrong: Vec<_> = findings.iter().filter(|finding| finding.is_error()).collect();
    finding::together(&wrong)
}
