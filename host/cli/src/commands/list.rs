//! `moontide list`: the executions in the store.

use clap::Args;
use jiff::Timestamp;
use moontide_control::clocks::SystemClock;
use moontide_control::error::Result;
use moontide_control::labels;
use moontide_control::list::{Line, List};
use moontide_control::words;
use moontide_control::words::mode;
use moontide_runtime::journal::Channel;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Cursor, Wanted};

use crate::context::Context;
use crate::output::style::{attention, execution_status, faint, plain, strong};
use crate::output::{Document, Page, Span};
use crate::{exit, follow};

/// List the executions in the store, newest first
#[derive(Args)]
#[command(after_help = "\
Examples:
  moontide list --status failed --status waiting
  moontide list --runbook three-tier --since 30d
  moontide list --label team=payments
  moontide list --without-cleanups --follow")]
pub(crate) struct Flags {
    /// Show at most so many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = limit)]
    limit: usize,

    /// Only those with this status; may be given several times
    #[arg(long, value_name = "STATUS", value_parser = status)]
    status: Vec<ExecutionStatus>,

    /// Only those of the runbook with this name
    #[arg(long, value_name = "NAME")]
    runbook: Option<String>,

    /// Only those with this label; may be given several times: then with all of them
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = labels::parse)]
    labels: Vec<(String, String)>,

    /// Only those that this has started: cli, ssm, schedule or api
    #[arg(long, value_name = "SOURCE", value_parser = source)]
    source: Option<Channel>,

    /// Leave out the cleanups of drills: `EXECUTION.cleanup-1` and so on
    #[arg(long)]
    without_cleanups: bool,

    /// Only those that were created since then: `7d`, `2026-11-20T08:00:00Z`
    #[arg(long, value_name = "WHEN", value_parser = since)]
    since: Option<Timestamp>,

    /// Go on behind a place that an earlier list has named
    #[arg(long, value_name = "PLACE")]
    after: Option<Cursor>,

    /// Go on with each row that changes, and each that is new, until Ctrl-C
    ///
    /// With `--output json` each row is an object on a line of its own. A file is looked at when another process has
    /// written to it. A DynamoDB table is looked at every five seconds: up to 6,000 read units an hour, and 1,500 for
    /// each execution that is not over.
    #[arg(long)]
    follow: bool,
}

/// Reads how many; for clap.
fn limit(text: &str) -> std::result::Result<usize, String> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "it is a whole number, at least 1".to_owned())
}

/// Reads a status; for clap.
fn status(text: &str) -> std::result::Result<ExecutionStatus, String> {
    serde_json::from_value(text.into()).map_err(|_| {
        "it is pending, running, paused, waiting, completed, failed or cancelled".to_owned()
    })
}

/// Reads what starts executions; for clap.
fn source(text: &str) -> std::result::Result<Channel, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "it is cli, ssm, schedule, api or rehearsal".to_owned())
}

/// Reads a moment, or how long ago it was; for clap.
pub(super) fn since(text: &str) -> std::result::Result<Timestamp, String> {
    use moontide_runtime::clock::Clock;
    let ago = moontide_runtime::plan::duration::parse(text);
    let moment = ago.and_then(|ago| SystemClock::new().now().checked_sub(ago).ok());
    moment.or_else(|| text.parse().ok()).ok_or_else(|| {
        "it is a length of time, like `7d`, or a moment, like `2026-11-20T08:00:00Z`".to_owned()
    })
}

/// Runs the command.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    let wanted = Wanted {
        statuses: flags.status.clone(),
        runbook: flags.runbook.clone(),
        labels: labels::all(&flags.labels)?,
        source: flags.source,
        without_cleanups: flags.without_cleanups,
        since: flags.since,
        after: flags.after.clone(),
        limit: Some(flags.limit),
    };
    if flags.follow {
        let following = follow::list::follow(context, store.as_ref(), wanted);
        return context.block_on(follow::until_stopped(following));
    }
    let list = List::load(store.as_ref(), context.address()?.text(), &wanted);
    context.output.show(&context.block_on(list)?)?;
    Ok(exit::COMPLETED)
}

impl Document for List {
    fn write(&self, page: &mut Page) {
        if self.executions.is_empty() {
            let store = &self.store;
            page.line([plain(if self.is_part || self.next.is_some() {
                format!("no execution in {store} is one of those")
            } else {
                format!("there are no executions in {store} yet")
            })]);
        }
        let rows: Vec<_> = self.executions.iter().map(cells).collect();
        page.table(&rows);
        self.executions.iter().for_each(|line| write_why(line, page));
        if let Some(next) = &self.next {
            page.line([faint(format!("there are more: --limit, or --after {next}"))]);
        }
    }
}

impl Document for Line {
    fn write(&self, page: &mut Page) {
        page.table(&[cells(self)]);
        write_why(self, page);
    }
}

/// Why one cannot be read, if so.
fn write_why(line: &Line, page: &mut Page) {
    if let Some(why) = &line.unreadable {
        let name = attention(format!("{} cannot be read", line.execution));
        page.line([name, plain(": "), plain(why.as_str())]);
    }
}

fn cells(line: &Line) -> Vec<Span<'_>> {
    vec![
        strong(line.execution.as_str()),
        plain(line.runbook.as_str()),
        plain(line.mode.map_or("-", mode)),
        line.status.map_or(faint("unreadable"), execution_status),
        faint(words::time(line.created_at)),
        match (&line.moved_to, &line.runner, line.pending) {
            (Some(to), ..) => attention(format!("moved to {to}")),
            (None, Some(runner), _) => plain(runner.as_str()),
            (None, None, 0) if line.status == Some(ExecutionStatus::Running) => {
                attention("no runner drives it")
            }
            (None, None, 0) => plain(""),
            (None, None, pending) => {
                let pending = usize::try_from(pending).unwrap_or(usize::MAX);
                attention(format!("{} for a runner", words::count(pending, "signal")))
            }
        },
    ]
}
