//! `moontide ssm document`: the documents of Systems Manager that run runbooks.

use clap::{Args, ValueEnum};
use moontide_control::error::{CommandError, Result, code};
use moontide_control::ssm::document::automation::{Automation, MOST_PAUSES};
use moontide_control::ssm::document::command::Command;
use moontide_control::ssm::document::source::Source;
use moontide_control::ssm::document::{self, LARGEST, NAME};
use moontide_control::ssm::parameters::{STORE, named};

use crate::aws::speed;
use crate::context::Context;
use crate::exit;

/// Print a document that runs runbooks, for `aws ssm create-document`
///
/// JSON, which is YAML too. A command document runs on one instance, and ends where the runbook pauses; an automation
/// starts it, asks for an approval there, and goes on. Values of parameters are never words of a shell: they match
/// a pattern, stand in quotes, and are handed over as variables by agents that can. `--store` is where executions are
/// kept unless the caller says otherwise; the place of runbooks is fixed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide ssm document --from https://drills.s3.us-west-2.amazonaws.com/runbooks/ > moontide-run.json
  aws ssm create-document --name Moontide-Run --document-type Command --content file://moontide-run.json
  moontide ssm document --kind automation --pauses 2 > moontide-drill.json
  aws ssm create-document --name Moontide-Drill --document-type Automation --content file://moontide-drill.json")]
pub(crate) struct Flags {
    /// What it is for
    #[arg(long, value_name = "KIND", value_enum, default_value_t)]
    kind: Kind,

    /// Fetch runbooks from there: a folder in S3 or on GitHub, or a file over https
    #[arg(long, value_name = "URL", conflicts_with = "runbooks")]
    from: Option<String>,

    /// The folder of runbooks on the instance, if they are not fetched
    #[arg(long, value_name = "FOLDER", default_value = "/etc/moontide/runbooks", value_parser = absolute)]
    runbooks: String,

    /// The binary on the instance
    #[arg(long, value_name = "FILE", default_value = "/usr/local/bin/moontide", value_parser = absolute)]
    binary: String,

    /// Let its callers start recoveries, too
    #[arg(long)]
    allow_recovery: bool,

    /// Of an automation: how many pauses it can ask about
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=i64::from(MOST_PAUSES)))]
    pauses: u32,

    /// Of an automation: the name of the command document
    #[arg(long, value_name = "NAME", default_value = NAME)]
    command_document: String,

    /// Wait N times shorter, to try the document with `moontide sim --speed N`
    #[arg(long, value_name = "N", value_parser = speed)]
    speed: Option<f64>,
}

/// What a document is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A command on an instance: schema 2.2
    #[default]
    Command,
    /// An automation around that command: schema 0.3
    Automation,
}

/// Reads a path that is the same from every folder; for clap. In braces would stand a parameter.
fn absolute(path: &str) -> Result<String, String> {
    let fits = |it: char| it.is_ascii_alphanumeric() || "/_.-".contains(it);
    if path.starts_with('/') && path.chars().all(fits) {
        return Ok(path.to_owned());
    }
    Err("it begins with `/`, and has letters, digits, `/`, `_`, `.` and `-`".to_owned())
}

/// Prints it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.store.clone();
    if let (Some(store), Some(parameter)) = (&store, named(STORE)) {
        parameter.check(store)?;
    }
    let allows_recovery = flags.allow_recovery;
    let document = match flags.kind {
        Kind::Command => Command {
            binary: flags.binary.clone(),
            source: flags.from.as_deref().map(Source::parse).transpose()?,
            runbooks: flags.runbooks.clone(),
            store,
            allows_recovery,
            speed: flags.speed,
        }
        .document(),
        Kind::Automation => {
            let command = flags.command_document.clone();
            if !document::is_name(&command) {
                let message = format!("`{command}` cannot be the name of a document");
                return Err(CommandError::new(code::BAD_ARGUMENT, message).hint(
                    "a name has 3 to 128 letters, digits, `_`, `.` and `-`, and does not begin as AWS's own do",
                ));
            }
            Automation { command, pauses: flags.pauses, store, allows_recovery }.document()
        }
    };
    let text = document::text(&document);
    if text.len() > LARGEST {
        let message =
            format!("the document would have {} bytes, and {LARGEST} are the most", text.len());
        return Err(CommandError::new(code::BAD_ARGUMENT, message).hint("fewer `--pauses`"));
    }
    context.output.print(&text)?;
    Ok(exit::COMPLETED)
}
