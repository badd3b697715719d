//! The tables, and the SQL: one function per change or question.
//!
//! What is stored is JSON, as everywhere; columns repeat what SQL has to know of it.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::trouble::Trouble;
use crate::journal::{Entry, Execution, Format};
use crate::store::{Lease, LeaseRecord, Listed, Signal, StoreError, append as rule};

/// A new store.
pub(super) const SCHEMA: &str = "
    CREATE TABLE executions (
        id         TEXT PRIMARY KEY,
        format     INTEGER NOT NULL,
        runbook    TEXT NOT NULL,
        created_at TEXT NOT NULL,
        created_us INTEGER NOT NULL, -- the same in microseconds since 1970, to sort by
        head       TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE entries (
        execution TEXT NOT NULL,
        sequence  INTEGER NOT NULL,
        epoch     INTEGER NOT NULL,
        entry     TEXT NOT NULL,
        PRIMARY KEY (execution, sequence)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE leases (
        execution TEXT PRIMARY KEY,
        holder    TEXT NOT NULL, -- empty: given back
        epoch     INTEGER NOT NULL,
        beat      INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE signals (
        execution TEXT NOT NULL,
        number    INTEGER NOT NULL,
        signal    TEXT NOT NULL,
        PRIMARY KEY (execution, number)
    ) STRICT, WITHOUT ROWID;
";

/// Writes the head of a new execution.
pub(super) fn create(db: &Connection, execution: &Execution) -> Result<(), Trouble> {
    let sql =
        "INSERT INTO executions VALUES (:id, :format, :runbook, :created_at, :created_us, :head)
               ON CONFLICT DO NOTHING";
    let created = db.prepare_cached(sql)?.execute(named_params! {
        ":id": execution.id,
        ":format": execution.format.0,
        ":runbook": execution.plan.name,
        ":created_at": execution.created_at.to_string(),
        ":created_us": execution.created_at.as_microsecond(),
        ":head": to_json(execution)?,
    })?;
    if created == 0 {
        return Err(StoreError::Exists(execution.id.clone()).into());
    }
    Ok(())
}

/// Whether there is an execution `id`, in a format that this release reads.
pub(super) fn readable(db: &Connection, id: &str) -> Result<(), Trouble> {
    let sql = "SELECT format FROM executions WHERE id = :id";
    let format = db
        .prepare_cached(sql)?
        .query_row(named_params! { ":id": id }, |row| row.get(0))
        .optional()?
        .ok_or_else(|| StoreError::NotFound(id.to_owned()))?;
    let place = || format!("execution `{id}`");
    Format(format).readable().map_err(|source| StoreError::Format { place: place(), source }.into())
}

/// The head of an execution.
pub(super) fn execution(db: &Connection, id: &str) -> Result<Execution, Trouble> {
    readable(db, id)?;
    let sql = "SELECT head FROM executions WHERE id = :id";
    let head: String =
        db.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |row| row.get(0))?;
    from_json(&head, || format!("the head of execution `{id}`"))
}

/// Every execution, newest first.
pub(super) fn list(db: &Connection) -> Result<Vec<Listed>, Trouble> {
    let sql = "SELECT id, created_at, runbook,
                   (SELECT coalesce(max(sequence), 0) FROM entries WHERE execution = id)
               FROM executions ORDER BY created_us DESC, id";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, date): (String, String) = (row.get(0)?, row.get(1)?);
        let created_at = date.parse().map_err(|error: jiff::Error| {
            Trouble::Unreadable(format!("the date of execution `{id}`"), error.to_string())
        })?;
        let (runbook, last_sequence) = (row.get(2)?, row.get(3)?);
        list.push(Listed { id, runbook, created_at, last_sequence });
    }
    Ok(list)
}

/// Appends entries, if the lease holds and they go on where the journal ends.
pub(super) fn append(db: &Connection, lease: &Lease, entries: &[Entry]) -> Result<(), Trouble> {
    let id = &lease.execution;
    let record = self::lease(db, id)?;
    let sql = "SELECT coalesce(max(sequence), 0) FROM entries WHERE execution = :id";
    let last = db.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |row| row.get(0))?;
    rule::check(lease, record.as_ref(), last, entries)?;
    let mut insert =
        db.prepare_cached("INSERT INTO entries VALUES (:id, :sequence, :epoch, :entry)")?;
    for entry in entries {
        insert.execute(named_params! {
            ":id": id,
            ":sequence": entry.sequence,
            ":epoch": entry.epoch,
            ":entry": to_json(entry)?,
        })?;
    }
    Ok(())
}

/// The journal from entry number `from`.
pub(super) fn journal(db: &Connection, id: &str, from: u64) -> Result<Vec<Entry>, Trouble> {
    readable(db, id)?;
    let sql = "SELECT sequence, entry FROM entries
               WHERE execution = :id AND sequence >= :from ORDER BY sequence";
    let entries = numbered(db, sql, id, from, "entry")?;
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}

/// Who holds the lease, or held it last.
pub(super) fn lease(db: &Connection, id: &str) -> Result<Option<LeaseRecord>, Trouble> {
    readable(db, id)?;
    let sql = "SELECT holder, epoch, beat FROM leases WHERE execution = :id";
    let record = |row: &Row<'_>| {
        Ok(LeaseRecord { holder: row.get(0)?, epoch: row.get(1)?, beat: row.get(2)? })
    };
    Ok(db.prepare_cached(sql)?.query_row(named_params! { ":id": id }, record).optional()?)
}

/// Takes the lease, if it still is as `seen`.
pub(super) fn take(
    db: &Connection,
    id: &str,
    holder: &str,
    seen: Option<&LeaseRecord>,
) -> Result<Lease, Trouble> {
    let record = self::lease(db, id)?;
    let lease = Lease::take(id, holder, seen, record.as_ref())?;
    write_lease(db, id, &lease.record())?;
    Ok(lease)
}

/// Moves the beat of a lease that is still ours.
pub(super) fn renew(db: &Connection, lease: &Lease) -> Result<(), Trouble> {
    let record = self::lease(db, &lease.execution)?;
    lease.check(record.as_ref())?;
    let beat = record.map_or(0, |record| record.beat) + 1;
    write_lease(db, &lease.execution, &LeaseRecord { beat, ..lease.record() })
}

/// Gives back a lease that is still ours.
pub(super) fn release(db: &Connection, lease: &Lease) -> Result<(), Trouble> {
    match self::lease(db, &lease.execution)? {
        Some(record) if lease.check(Some(&record)).is_ok() => {
            let free = LeaseRecord { holder: String::new(), ..record };
            write_lease(db, &lease.execution, &free)
        }
        _ => Ok(()),
    }
}

fn write_lease(db: &Connection, id: &str, record: &LeaseRecord) -> Result<(), Trouble> {
    let sql = "INSERT OR REPLACE INTO leases VALUES (:id, :holder, :epoch, :beat)";
    db.prepare_cached(sql)?.execute(named_params! {
        ":id": id,
        ":holder": record.holder,
        ":epoch": record.epoch,
        ":beat": record.beat,
    })?;
    Ok(())
}

/// Leaves a signal; returns its number.
pub(super) fn send(db: &Connection, id: &str, signal: &Signal) -> Result<u64, Trouble> {
    readable(db, id)?;
    let sql = "INSERT INTO signals
               SELECT :id, coalesce(max(number), 0) + 1, :signal FROM signals WHERE execution = :id
               RETURNING number";
    let values = named_params! { ":id": id, ":signal": to_json(signal)? };
    Ok(db.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// The signals after number `after`.
pub(super) fn signals(
    db: &Connection,
    id: &str,
    after: u64,
) -> Result<Vec<(u64, Signal)>, Trouble> {
    readable(db, id)?;
    let sql = "SELECT number, signal FROM signals
               WHERE execution = :id AND number >= :from ORDER BY number";
    numbered(db, sql, id, after.saturating_add(1), "signal")
}

/// The rows of a query for the numbers from `from` of one execution: a number, and JSON of a `what`.
fn numbered<T: DeserializeOwned>(
    db: &Connection,
    sql: &str,
    id: &str,
    from: u64,
    what: &str,
) -> Result<Vec<(u64, T)>, Trouble> {
    // SQLite's numbers end earlier than ours, and no execution gets that far.
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(named_params! { ":id": id, ":from": from })?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let (number, json): (u64, String) = (row.get(0)?, row.get(1)?);
        list.push((number, from_json(&json, || format!("{what} {number} of execution `{id}`"))?));
    }
    Ok(list)
}

fn to_json(value: &impl Serialize) -> Result<String, Trouble> {
    serde_json::to_string(value)
        .map_err(|error| Trouble::Unreadable("what should be stored".to_owned(), error.to_string()))
}

fn from_json<T: DeserializeOwned>(json: &str, what: impl FnOnce() -> String) -> Result<T, Trouble> {
    serde_json::from_str(json).map_err(|error| Trouble::Unreadable(what(), error.to_string()))
}
