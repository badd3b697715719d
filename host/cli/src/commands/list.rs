//! `moontide list`: the executions in the store.

use clap::Args;
use jiff::Timestamp;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::Store;
use serde::Serialize;

use crate::context::Context;
use crate::error::{Result, code};
use crate::exit;
use crate::output::style::{attention, execution_status, faint, plain, strong};
use crate::output::{Document, Page, words};
use crate::view::Record;
use crate::view::summary::mode;

/// List the executions in the store, newest first
#[derive(Args)]
pub(crate) struct Flags {
    /// Show at most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

#[derive(Serialize)]
struct List {
    /// Where they are.
    store: String,
    executions: Vec<Row>,
    /// How many there are in the store.
    total: usize,
}

#[derive(Serialize)]
struct Row {
    execution: String,
    runbook: String,
    mode: Option<Mode>,
    /// `None`: it cannot be read.
    status: Option<ExecutionStatus>,
    /// Why: another release wrote it, or it is damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
    created_at: Timestamp,
    runner: Option<String>,
    /// How many signals wait for a runner.
    pending: usize,
}

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    let list =
        context.block_on(List::load(store.as_ref(), context.address()?.text(), flags.limit))?;
    context.output.show(&list)?;
    Ok(exit::COMPLETED)
}

impl List {
    async fn load(store: &dyn Store, address: String, limit: usize) -> Result<List> {
        let listed = store.list().await?;
        let mut list = List { store: address, executions: Vec::new(), total: listed.len() };
        for listed in listed.into_iter().take(limit) {
            let (record, unreadable) = match Record::load(store, &listed.id).await {
                Ok(record) => (Some(record), None),
                // It is this one's own; where the store does not answer, nothing of the list is known.
                Err(error) if [code::NEWER_FORMAT, code::STORE_DAMAGED].contains(&error.code) => {
                    (None, Some(error.message))
                }
                Err(error) => return Err(error),
            };
            list.executions.push(Row {
                execution: listed.id,
                runbook: listed.runbook,
                mode: record.as_ref().map(|record| record.execution.mode),
                status: record.as_ref().map(Record::status),
                unreadable,
                created_at: listed.created_at,
                pending: record.as_ref().map_or(0, |record| record.pending.len()),
                runner: record.and_then(|record| record.runner),
            });
        }
        Ok(list)
    }
}

impl Document for List {
    fn write(&self, page: &mut Page) {
        if self.executions.is_empty() {
            page.line([plain(format!("there are no executions in {} yet", self.store))]);
            return;
        }
        let rows: Vec<_> = self.executions.iter().map(Row::cells).collect();
        page.table(&rows);
        for row in &self.executions {
            if let Some(why) = &row.unreadable {
                page.line([
                    attention(format!("{} cannot be read", row.execution)),
                    plain(": "),
                    plain(why.as_str()),
                ]);
            }
        }
        let more = self.total - self.executions.len();
        if more > 0 {
            page.line([faint(format!(
                "{} not shown; see --limit",
                words::count(more, "execution")
            ))]);
        }
    }
}

impl Row {
    fn cells(&self) -> Vec<crate::output::Span<'_>> {
        vec![
            strong(self.execution.as_str()),
            plain(self.runbook.as_str()),
            plain(self.mode.map_or("-", mode)),
            self.status.map_or(faint("unreadable"), execution_status),
            faint(words::time(self.created_at)),
            match (&self.runner, self.pending) {
                (Some(runner), _) => plain(runner.as_str()),
                (None, 0) => plain(""),
                (None, pending) => {
                    attention(format!("{} for a runner", words::count(pending, "signal")))
                }
            },
        ]
    }
}
