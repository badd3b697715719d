//! `moontide compliance`: what the drills of a store prove, across executions.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use moontide_control::clocks::SystemClock;
use moontide_control::compliance::{Asked, Compliance, csv, page};
use moontide_control::error::Result;
use moontide_control::report::Known;
use moontide_control::words;
use moontide_runtime::clock::Clock as _;
use moontide_runtime::plan::duration;

use crate::context::Context;
use crate::exit;
use crate::output::file::{self, Kind};
use crate::output::style::{attention, bad, execution_status, faint, good, plain, strong, verdict};
use crate::output::{Document, Page, Span};

/// Show what was drilled last and how it went: pass rate, RTO and RPO, answers that are overdue, what is left
///
/// It reads the journals of the store, one after another. Rehearsals and sessions are left out; drills against a
/// simulator are counted apart.
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide compliance
  moontide compliance --since 90d --runbook three-tier
  moontide compliance --html compliance.html --csv compliance.csv

Exit codes: 0 all executions were read; 8 some cannot be read, and count as not passed.")]
pub(crate) struct Flags {
    /// Count executions that were created since then: `90d`, `2026-01-01T00:00:00Z`. Of a runbook that was not
    /// drilled since, the last drill is shown all the same
    #[arg(long, value_name = "WHEN", default_value = "365d", value_parser = super::list::since)]
    since: Timestamp,

    /// Only those of the runbook with this name
    #[arg(long, value_name = "NAME")]
    runbook: Option<String>,

    /// An answer that is awaited for longer is overdue, also where the question has no time-out
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = length_of)]
    overdue_after: Duration,

    /// Write it into this file as rows for a table; `-` is stdout
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    /// Write it into this file as one page that needs nothing else; `-` is stdout
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Reads a length of time; for clap.
fn length_of(text: &str) -> std::result::Result<Duration, String> {
    duration::parse(text).ok_or_else(|| "it is a length of time, like `24h`".to_owned())
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let is_stdout = |path: &Path| path == Path::new("-");
    let wanted = [(&flags.csv, Kind::Csv), (&flags.html, Kind::Compliance)];
    for (path, kind) in &wanted {
        if let Some(path) = path.as_deref().filter(|path| !is_stdout(path)) {
            file::may_write(path, *kind)?;
        }
    }
    let asked = Asked {
        since: flags.since,
        runbook: flags.runbook.clone(),
        overdue_after: flags.overdue_after,
        now: SystemClock::new().now(),
    };
    let store = context.open_store()?;
    let address = context.address()?.text();
    let found = context.block_on(Compliance::of(store.as_ref(), address, &asked))?;
    // What was written into a file is not told at length as well; a program gets the data that it has asked for.
    let is_written = wanted.iter().any(|(path, _)| path.is_some());
    let mut shows_it = !is_written || context.output.is_data();
    for (path, kind) in wanted {
        let Some(path) = path else { continue };
        let text = match kind {
            Kind::Csv => csv::written(&found),
            _ => page::written(&found)?,
        };
        if is_stdout(path) {
            shows_it = false;
            context.output.print(&text)?;
        } else {
            file::write(path, kind, text.as_bytes())?;
            context.output.say([plain(format!("written into {}", path.display()))]);
        }
    }
    if shows_it {
        context.output.show(&found)?;
    }
    Ok(if found.unread.is_empty() { exit::COMPLETED } else { exit::NOT_PROVED })
}

impl Document for Compliance {
    fn write(&self, page: &mut Page) {
        page.line([
            strong(words::count(self.looked_at, "execution")),
            plain(format!(" of {}, created since {}", self.store, words::time(self.since))),
        ]);
        section(page, "runbooks", "there is no drill", &self.runbooks, |it| {
            let last = it.last.value();
            let took = last.and_then(|last| last.took_seconds.value());
            vec![
                strong(it.runbook.as_str()),
                faint(page::world(it.world)),
                plain(known(&it.pass_percent, |percent| {
                    format!("{percent} % passed ({} of {})", it.completed, it.counted())
                })),
                plain(words::count(it.drills, "drill")),
                last.map_or(faint("unknown"), |last| execution_status(last.status)),
                plain(known(&it.days_since, |days| format!("{days} days ago"))),
                plain(took.map_or_else(
                    || "took unknown".to_owned(),
                    |it| format!("took {}", length(*it)),
                )),
                last.map_or(faint(""), |last| met("RTO", &last.rto_met)),
                last.map_or(faint(""), |last| met("RPO", &last.rpo_met)),
                faint(format!("missed {} RTO, {} RPO in all", it.rto_missed, it.rpo_missed)),
                attention(page::apart(it)),
            ]
        });
        section(page, "servers", "no server was drilled", &self.servers, |it| {
            vec![
                strong(it.name.as_str()),
                faint(it.server.as_str()),
                faint(page::world(it.world)),
                verdict(it.verdict.as_str()),
                plain(words::time(it.at)),
                plain(known(&it.data_age_seconds, |it| format!("data {} old", length(*it)))),
                met("RPO", &it.rpo_met),
                faint(it.execution.as_str()),
            ]
        });
        section(page, "answers that are awaited", "none", &self.awaited, |it| {
            vec![
                strong(it.execution.as_str()),
                faint(it.world.map_or("", page::world)),
                plain(it.prompt.as_str()),
                if it.overdue { bad("overdue") } else { plain("awaited") },
                plain(format!(
                    "since {}, for {}",
                    words::time(it.since),
                    length(it.waited_seconds)
                )),
                plain(it.message.as_str()),
            ]
        });
        section(page, "what drills have left", "nothing", &self.leftovers, |it| {
            vec![
                strong(it.execution.as_str()),
                faint(it.world.map_or("", page::world)),
                plain(words::time(it.at)),
                attention(words::count(it.instances, "instance")),
                plain(it.sentence.as_str()),
            ]
        });
        write_moved(self, page);
        if self.unread.is_empty() {
            return;
        }
        let count = words::count(self.unread.len(), "execution");
        page.gap();
        page.line([bad(format!("{count} cannot be read, and count as not passed"))]);
        page.indented(|page| {
            for it in &self.unread {
                page.line([
                    strong(it.execution.as_str()),
                    plain(format!(" of {}: ", it.runbook)),
                    plain(it.why.as_str()),
                ]);
            }
        });
    }
}

/// The drills that are counted elsewhere.
fn write_moved(found: &Compliance, page: &mut Page) {
    for it in &found.moved {
        page.line([
            attention(format!("{} of {} has moved to {}", it.execution, it.runbook, it.to)),
            plain(": it is counted there"),
        ]);
    }
}

fn section<'r, T>(
    page: &mut Page,
    head: &str,
    none: &str,
    all: &'r [T],
    row: impl Fn(&'r T) -> Vec<Span<'r>>,
) {
    page.gap();
    page.line([strong(head)]);
    page.indented(|page| {
        if all.is_empty() {
            page.line([faint(none)]);
        }
        page.table(&all.iter().map(row).collect::<Vec<_>>());
    });
}

fn known<T>(known: &Known<T>, words: impl FnOnce(&T) -> String) -> String {
    match known {
        Known::Known(value) => words(value),
        Known::Unknown { unknown } => format!("unknown: {unknown}"),
    }
}

fn met(name: &str, met: &Known<bool>) -> Span<'static> {
    match met {
        Known::Known(true) => good(format!("{name} met")),
        Known::Known(false) => bad(format!("{name} missed")),
        Known::Unknown { .. } => faint(format!("{name} unknown")),
    }
}

fn length(seconds: u64) -> String {
    words::duration(Duration::from_secs(seconds))
}
