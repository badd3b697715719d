//! `moontide report`: what an auditor is given about an execution.

mod verify;
mod written;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use moontide_control::clocks::SystemClock;
use moontide_control::error::Result;
use moontide_control::report::{Made, Report, html, intoto, redact};
use moontide_runtime::clock::Clock as _;

pub(super) use written::{may_write, write_rehearsed};

use crate::context::Context;
use crate::exit;
use crate::output::file::{self, Kind};
use crate::view::Record;

/// Report what happened, for an auditor: objectives, servers, answers, what did not run, what is left, and what proves it
///
/// It is made of the journal. What that does not tell is `unknown`, with the reason.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Examples:
  moontide report EXECUTION
  moontide report EXECUTION --html report.html       one page, for a browser and its PDF
  moontide report EXECUTION --output json            the data, with its digest
  moontide report EXECUTION --declared-at 2026-11-20T02:00:00Z --until web
  moontide report EXECUTION --redact --html public.html
  moontide report verify report.html                 is it as it was made, and does the journal say so?")]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    #[arg(required = true)]
    execution: Option<String>,

    /// Count the time from this moment, when the disaster was declared [default: when it began]
    #[arg(long, value_name = "TIME")]
    declared_at: Option<Timestamp>,

    /// Count the time until this wave is completed, or this server has passed its checks [default: the end of the
    /// last wave]
    #[arg(long, value_name = "NAME")]
    until: Option<String>,

    /// Show local times of this zone, such as `Europe/Berlin` [default: that of this machine]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    zone: Option<TimeZone>,

    /// Put pseudonyms in the place of people, servers, addresses and what others wrote
    #[arg(long)]
    redact: bool,

    /// Write it into this file as one page that needs nothing else; `-` is stdout
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Write it into this file as a statement of in-toto, about the journal and the sources; `-` is stdout
    #[arg(long, value_name = "FILE")]
    intoto: Option<PathBuf>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Verify(verify::Flags),
}

/// Reads a zone; for clap.
fn zone(text: &str) -> std::result::Result<TimeZone, String> {
    TimeZone::get(text).map_err(|_| "it is the name of a zone, like `Europe/Berlin`".to_owned())
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    if let Some(Command::Verify(flags)) = &flags.command {
        return verify::execute(context, flags);
    }
    let wanted = [(&flags.html, Kind::Report), (&flags.intoto, Kind::Statement)];
    for (path, kind) in &wanted {
        if let Some(path) = path.as_deref().filter(|path| !is_stdout(path)) {
            file::may_write(path, *kind)?;
        }
    }
    let id = flags.execution.as_deref().unwrap_or_default();
    let store = context.open_store()?;
    let report = context.block_on(async {
        let record = Record::load(store.as_ref(), id).await?;
        Report::of(store.as_ref(), &record, made(context, flags)?).await
    })?;
    let report = if flags.redact { redact::redacted(&report)? } else { report };
    // What was written into a file is not told at length as well; a program gets the data that it has asked for.
    let is_written = wanted.iter().any(|(path, _)| path.is_some());
    let mut shows_it = !is_written || context.output.is_data();
    for (path, kind) in wanted {
        let Some(path) = path else { continue };
        shows_it &= !is_stdout(path);
        let text = match kind {
            Kind::Statement => written::json(&intoto::Statement::of(&report))?,
            _ => html::page(&report)?,
        };
        written::write(context, (path, kind), &text)?;
    }
    if shows_it {
        context.output.show(&report)?;
    }
    Ok(exit::COMPLETED)
}

/// What was said about how to make it.
fn made(context: &Context, flags: &Flags) -> Result<Made> {
    let zone = flags.zone.clone().unwrap_or_else(TimeZone::system);
    let now = SystemClock::new().now();
    let prices = context.settings(None)?.prices;
    let (declared_at, until) = (flags.declared_at, flags.until.clone());
    Ok(Made { declared_at, until, prices, ..Made::now(now, &zone) })
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}
