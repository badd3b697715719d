//! What all the SQL of executions rests on: what is known of one before anything is done about it, and what is written
//! of a new one.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use super::error::SqliteError;
use crate::history::{Channel, Execution, Format, Source};
use crate::plan::Mode;
use crate::store::sources::Parted;
use crate::store::{LeaseRecord, StoreError};

/// What there is to know of an execution before anything is done about it.
pub(super) struct Known {
    /// Its name in other tables.
    pub(super) number: i64,
    /// The format of its journal.
    pub(super) format: Format,
    /// The holder of its lease, or the last one.
    pub(super) lease: Option<LeaseRecord>,
}

/// The execution `id`, in a format that this release reads.
pub(super) fn known(db: &Connection, id: &str) -> Result<Known, SqliteError> {
    let sql = "SELECT number, format, holder, epoch, beat FROM executions WHERE id = ?";
    let known = |row: &Row<'_>| {
        let holder: Option<String> = row.get(2)?;
        let (epoch, beat) = (row.get(3)?, row.get(4)?);
        let lease = holder.map(|holder| LeaseRecord { holder, epoch, beat });
        Ok(Known { number: row.get(0)?, format: Format(row.get(1)?), lease })
    };
    let known = db
        .prepare_cached(sql)?
        .query_row([id], known)
        .optional()?
        .ok_or_else(|| StoreError::NotFound(id.to_owned()))?;
    let place = || format!("execution `{id}`");
    known.format.readable().map_err(|source| StoreError::Format { place: place(), source })?;
    Ok(known)
}

/// A new execution, as it will be stored.
pub(super) struct NewExecution {
    pub(super) id: String,
    pub(super) format: u32,
    pub(super) runbook: String,
    pub(super) created_at: Timestamp,
    pub(super) mode: Mode,
    /// In JSON.
    pub(super) labels: String,
    pub(super) source: Option<Channel>,
    pub(super) head: Parted,
}

impl NewExecution {
    pub(super) fn of(execution: &Execution) -> Result<NewExecution, SqliteError> {
        Ok(NewExecution {
            id: execution.id.clone(),
            format: execution.format.0,
            runbook: execution.plan.name.clone(),
            created_at: execution.created_at,
            mode: execution.mode,
            labels: to_json(&execution.labels)?,
            source: execution.source,
            head: Parted::of(execution).map_err(unwritable)?,
        })
    }

    /// One that comes from another store, with its head as that one has it.
    pub(super) fn moved(
        execution: &Execution,
        head: String,
        sources: Vec<Source>,
    ) -> Result<NewExecution, SqliteError> {
        Ok(NewExecution { head: Parted { head, sources }, ..NewExecution::of(execution)? })
    }
}

/// A value as it is stored.
pub(super) fn to_json(value: &impl Serialize) -> Result<String, SqliteError> {
    serde_json::to_string(value).map_err(unwritable)
}

#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
pub(super) fn unwritable(error: serde_json::Error) -> SqliteError {
    SqliteError::Unreadable("what should be stored".to_owned(), error.to_string())
}
