//! `moontide list`: the executions in the store.

use std::collections::BTreeMap;

use clap::Args;
use jiff::Timestamp;
use moontide_control::clocks::SystemClock;
use moontide_control::error::{Result, code};
use moontide_control::labels;
use moontide_control::leases::kept;
use moontide_control::words;
use moontide_control::words::mode;
use moontide_runtime::journal::Channel;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Cursor, LeaseRecord, Row, Seal, Store, Told, Wanted};
use serde::Serialize;

use crate::context::Context;
use crate::output::style::{attention, execution_status, faint, plain, strong};
use crate::output::{Document, Page};
use crate::view::Record;
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
    /// With `--output json` each row is an object on a line of its own. A file is looked at when somebody has
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
fn since(text: &str) -> std::result::Result<Timestamp, String> {
    use moontide_runtime::clock::Clock;
    let ago = moontide_runtime::plan::duration::parse(text);
    let moment = ago.and_then(|ago| SystemClock::new().now().checked_sub(ago).ok());
    moment.or_else(|| text.parse().ok()).ok_or_else(|| {
        "it is a length of time, like `7d`, or a moment, like `2026-11-20T08:00:00Z`".to_owned()
    })
}

#[derive(Serialize)]
struct List {
    /// Where they are.
    store: String,
    executions: Vec<Line>,
    /// Where the list goes on, for `--after`; `None`: it ends here.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Whether only some were asked for.
    #[serde(skip)]
    is_part: bool,
}

/// An execution in the list.
#[derive(Serialize)]
pub(crate) struct Line {
    /// Its id.
    pub(crate) execution: String,
    runbook: String,
    mode: Option<Mode>,
    /// `None`: it cannot be read.
    status: Option<ExecutionStatus>,
    /// Why: another release wrote it, or it is damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    /// What started it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Channel>,
    created_at: Timestamp,
    runner: Option<String>,
    /// The lease of that runner.
    #[serde(skip)]
    pub(crate) lease: Option<LeaseRecord>,
    /// How many signals wait for a runner.
    pending: u64,
    /// Where it goes on, if it was moved from here: a store or a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_to: Option<String>,
}

/// Does it.
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
        let following = follow::list::follow(context, store.as_ref(), &wanted);
        return context.block_on(follow::until_stopped(following));
    }
    let list = List::load(store.as_ref(), context.address()?.text(), &wanted);
    context.output.show(&context.block_on(list)?)?;
    Ok(exit::COMPLETED)
}

impl List {
    async fn load(store: &dyn Store, address: String, wanted: &Wanted) -> Result<List> {
        let (executions, next) = Line::part(store, wanted).await?;
        let next = next.map(|next| next.to_string());
        let all = Wanted { limit: wanted.limit, ..Wanted::default() };
        Ok(List { store: address, executions, next, is_part: *wanted != all })
    }
}

impl Line {
    /// Those that are wanted, newest first.
    pub(crate) async fn all(store: &dyn Store, wanted: &Wanted) -> Result<Vec<Line>> {
        Line::part(store, wanted).await.map(|(lines, _)| lines)
    }

    /// The same, and where the list goes on, if it does.
    async fn part(store: &dyn Store, wanted: &Wanted) -> Result<(Vec<Line>, Option<Cursor>)> {
        let part = store.find(wanted).await?;
        let mut lines = Vec::new();
        for row in part.rows {
            let line = match row.told {
                Some(told) => Line::told(store, row, told).await?,
                None => Line::read(store, row).await?,
            };
            let is_wanted = |status| wanted.statuses.contains(&status);
            if wanted.statuses.is_empty() || line.status.is_none_or(is_wanted) {
                lines.push(line);
            }
        }
        Ok((lines, part.next))
    }

    fn of(row: Row) -> Line {
        Line {
            execution: row.id,
            runbook: row.runbook,
            mode: None,
            status: None,
            unreadable: None,
            labels: row.labels,
            source: row.source,
            created_at: row.created_at,
            runner: None,
            lease: None,
            pending: 0,
            moved_to: None,
        }
    }

    /// That of an execution of which the list itself knows.
    async fn told(store: &dyn Store, row: Row, told: Told) -> Result<Line> {
        let Told { mode, standing, .. } = told;
        let (is_over, pending) = (standing.status.is_terminal(), told.waiting());
        let moved_to = if row.moved { moved_to(store, &row.id).await? } else { None };
        // What is over, and is to stay so, has no runner; nor has what goes on elsewhere.
        let is_over = is_over || moved_to.is_some();
        let lease = if is_over && pending == 0 { Ok(None) } else { kept(store, &row.id).await };
        match lease {
            Ok(lease) => {
                let (mode, status) = (Some(mode), Some(standing.status));
                let line = Line { mode, status, pending, moved_to, ..Line::of(row) };
                Ok(line.driven_under(lease))
            }
            Err(error) if is_its_own(error.code) => Ok(Line::unreadable(row, error.message)),
            Err(error) => Err(error),
        }
    }

    /// That of one whose journal has to be read: an earlier release began it.
    async fn read(store: &dyn Store, row: Row) -> Result<Line> {
        match Record::load(store, &row.id).await {
            Ok(record) => Ok(Line {
                mode: Some(record.execution.mode),
                status: Some(record.status()),
                pending: record.pending.len() as u64,
                moved_to: record.moved_to().map(str::to_owned),
                ..Line::of(row)
            }
            .driven_under(record.lease)),
            Err(error) if is_its_own(error.code) => Ok(Line::unreadable(row, error.message)),
            Err(error) => Err(error),
        }
    }

    /// The same, driven by the runner that holds this lease; `None`: by no runner.
    pub(crate) fn driven_under(self, lease: Option<LeaseRecord>) -> Line {
        Line { runner: lease.as_ref().map(|lease| lease.holder.clone()), lease, ..self }
    }

    fn unreadable(row: Row, why: String) -> Line {
        Line { unreadable: Some(why), ..Line::of(row) }
    }
}

/// Where an execution goes on, if it was moved and is not back.
async fn moved_to(store: &dyn Store, id: &str) -> Result<Option<String>> {
    let Some(archive) = store.archive() else { return Ok(None) };
    Ok(match archive.seal(id).await? {
        Some(Seal::Moved(moved)) => Some(moved.to),
        _ => None,
    })
}

/// Whether an error is about one execution. Where the store does not answer, nothing of the list is known.
fn is_its_own(code: &'static code::Code) -> bool {
    [code::NEWER_FORMAT, code::STORE_DAMAGED, code::NO_EXECUTION].contains(&code)
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
        let rows: Vec<_> = self.executions.iter().map(Line::cells).collect();
        page.table(&rows);
        self.executions.iter().for_each(|line| line.write_why(page));
        if let Some(next) = &self.next {
            page.line([faint(format!("there are more: --limit, or --after {next}"))]);
        }
    }
}

impl Document for Line {
    fn write(&self, page: &mut Page) {
        page.table(&[self.cells()]);
        self.write_why(page);
    }
}

impl Line {
    /// Why it cannot be read, if so.
    fn write_why(&self, page: &mut Page) {
        if let Some(why) = &self.unreadable {
            let name = attention(format!("{} cannot be read", self.execution));
            page.line([name, plain(": "), plain(why.as_str())]);
        }
    }

    fn cells(&self) -> Vec<crate::output::Span<'_>> {
        vec![
            strong(self.execution.as_str()),
            plain(self.runbook.as_str()),
            plain(self.mode.map_or("-", mode)),
            self.status.map_or(faint("unreadable"), execution_status),
            faint(words::time(self.created_at)),
            match (&self.moved_to, &self.runner, self.pending) {
                (Some(to), ..) => attention(format!("moved to {to}")),
                (None, Some(runner), _) => plain(runner.as_str()),
                (None, None, 0) if self.status == Some(ExecutionStatus::Running) => {
                    attention("nobody drives it")
                }
                (None, None, 0) => plain(""),
                (None, None, pending) => {
                    let pending = usize::try_from(pending).unwrap_or(usize::MAX);
                    attention(format!("{} for a runner", words::count(pending, "signal")))
                }
            },
        ]
    }
}
