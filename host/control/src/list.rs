//! The executions in a store, a line each.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::journal::Channel;
use moontide_runtime::plan::Mode;
use moontide_runtime::scheduler::ExecutionStatus;
use moontide_runtime::store::{Cursor, LeaseRecord, Row, Seal, Store, Told, Wanted};
use schemars::JsonSchema;
use serde::Serialize;

use crate::contract::engine;
use crate::error::Result;
use crate::leases::kept;
use crate::view::Record;

/// Those that are wanted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct List {
    /// Where they are.
    pub store: String,
    /// The executions, newest first.
    pub executions: Vec<Line>,
    /// The cursor behind which the list goes on; `None`: it ends here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether only some were asked for.
    #[serde(skip)]
    pub is_part: bool,
}

/// An execution in the list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Line {
    /// Its id.
    pub execution: String,
    /// The name of its runbook.
    pub runbook: String,
    /// Drill or recovery, where that is known.
    #[schemars(with = "Option<engine::Mode>")]
    pub mode: Option<Mode>,
    /// `None`: it cannot be read.
    #[schemars(with = "Option<engine::ExecutionStatus>")]
    pub status: Option<ExecutionStatus>,
    /// Why: another release wrote it, or it is damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// What its operator has put on it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What started it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<engine::Channel>")]
    pub source: Option<Channel>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The runner that drives it.
    pub runner: Option<String>,
    /// The lease of that runner.
    #[serde(skip)]
    pub lease: Option<LeaseRecord>,
    /// How many signals wait for a runner.
    pub pending: u64,
    /// Where it goes on, if it was moved from here: a store or a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
}

impl List {
    /// Looks for them in the store at this address.
    pub async fn load(store: &dyn Store, address: String, wanted: &Wanted) -> Result<List> {
        let (executions, next) = Line::part(store, wanted).await?;
        let next = next.map(|next| next.to_string());
        let all = Wanted { limit: wanted.limit, ..Wanted::default() };
        Ok(List { store: address, executions, next, is_part: *wanted != all })
    }
}

impl Line {
    /// Those that are wanted, newest first.
    pub async fn all(store: &dyn Store, wanted: &Wanted) -> Result<Vec<Line>> {
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
            Err(error) if error.is_of_one_execution() => Ok(Line::unreadable(row, error.message)),
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
            Err(error) if error.is_of_one_execution() => Ok(Line::unreadable(row, error.message)),
            Err(error) => Err(error),
        }
    }

    /// The same, driven by the runner that holds this lease; `None`: by no runner.
    #[must_use]
    pub fn driven_under(self, lease: Option<LeaseRecord>) -> Line {
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
