//! Executions that are sealed, in a table of its own, which earlier releases know nothing of: to them a pruned journal
//! is a damaged one, and what was moved is of a later format: they stop.

use rusqlite::{Connection, OptionalExtension, params};

use super::error::SqliteError;
use super::known::{known, to_json};
use crate::history::Format;
use crate::store::seal::Seal;
use crate::store::{Lease, Moved, StoreError};

/// The table, in a new file or one of an earlier release.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS seals (
        execution INTEGER PRIMARY KEY,
        seal      TEXT NOT NULL -- JSON
    ) STRICT;
";

/// The seal of an execution.
pub(super) fn seal(db: &Connection, id: &str) -> Result<Option<Seal>, SqliteError> {
    of(db, id, known(db, id)?.number)
}

/// The same by its number.
pub(super) fn of(db: &Connection, id: &str, number: i64) -> Result<Option<Seal>, SqliteError> {
    let sql = "SELECT seal FROM seals WHERE execution = ?";
    let json: Option<String> =
        db.prepare_cached(sql)?.query_row([number], |row| row.get(0)).optional()?;
    let read = |json: String| {
        serde_json::from_str(&json).map_err(|error| {
            SqliteError::Unreadable(format!("the seal of execution `{id}`"), error.to_string())
        })
    };
    json.map(read).transpose()
}

/// Refuses to go on with what is sealed.
pub(super) fn is_open(db: &Connection, id: &str, number: i64) -> Result<(), SqliteError> {
    match of(db, id, number)? {
        None => Ok(()),
        Some(seal) => {
            Err(StoreError::Sealed { execution: id.to_owned(), seal: Box::new(seal) }.into())
        }
    }
}

/// Seals an execution, if the lease holds.
pub(super) fn put(db: &Connection, lease: &Lease, seal: &Seal) -> Result<(), SqliteError> {
    let known = known(db, &lease.execution)?;
    lease.check(known.lease.as_ref())?;
    is_open(db, &lease.execution, known.number)?;
    if let Seal::Moved(moved) = seal {
        show(db, known.number, moved.shown())?;
    }
    write(db, known.number, seal)
}

/// Lifts a seal, if it is this one.
pub(super) fn lift(db: &Connection, id: &str, moved: &Moved) -> Result<(), SqliteError> {
    let number = known(db, id)?.number;
    match of(db, id, number)? {
        Some(Seal::Moved(found)) if found == *moved => {}
        None => return Ok(()),
        Some(seal) => {
            let (execution, seal) = (id.to_owned(), Box::new(seal));
            return Err(StoreError::Sealed { execution, seal }.into());
        }
    }
    show(db, number, moved.format)?;
    db.prepare_cached("DELETE FROM seals WHERE execution = ?")?.execute([number])?;
    Ok(())
}

/// Writes which format an execution shows.
pub(super) fn show(db: &Connection, number: i64, format: Format) -> Result<(), SqliteError> {
    let sql = "UPDATE executions SET format = ? WHERE number = ?";
    db.prepare_cached(sql)?.execute(params![format.0, number])?;
    Ok(())
}

/// Writes a seal.
pub(super) fn write(db: &Connection, number: i64, seal: &Seal) -> Result<(), SqliteError> {
    db.prepare_cached("INSERT OR REPLACE INTO seals VALUES (?, ?)")?
        .execute(params![number, to_json(seal)?])?;
    Ok(())
}
