//! The SQL of documents, and of the marks of effects that have changed them, in tables of their own, which earlier releases know
//! nothing of.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::error::SqliteError;
use super::known::{known, to_json};
use super::seals;
use crate::history::Key;
use crate::store::documents::{Belongings, Change, Document};

/// The tables, in a new file or one of an earlier release.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS documents (
        kind       TEXT NOT NULL,
        name       TEXT NOT NULL,
        version    INTEGER NOT NULL,
        body       TEXT, -- JSON; NULL: it was deleted, and its number stays
        written_at TEXT NOT NULL,
        written_by TEXT NOT NULL,
        UNIQUE (kind, name)
    ) STRICT;

    CREATE TABLE IF NOT EXISTS marks (
        execution INTEGER NOT NULL,
        key       TEXT NOT NULL, -- of the effect
        version   INTEGER NOT NULL, -- that it has made
        PRIMARY KEY (execution, key)
    ) STRICT, WITHOUT ROWID;
";

const COLUMNS: &str = "SELECT kind, name, version, body, written_at, written_by FROM documents";

fn read(row: &Row<'_>) -> Result<Document, SqliteError> {
    let (kind, name): (String, String) = (row.get(0)?, row.get(1)?);
    let unreadable = |error: String| SqliteError::Unreadable(format!("the {kind} `{name}`"), error);
    let (body, at): (String, String) = (row.get(3)?, row.get(4)?);
    let body = serde_json::from_str(&body).map_err(|error| unreadable(error.to_string()))?;
    let written_at: Result<Timestamp, _> = at.parse();
    let written_at = written_at.map_err(|error| unreadable(error.to_string()))?;
    Ok(Document { version: row.get(2)?, body, written_at, written_by: row.get(5)?, kind, name })
}

pub(super) fn document(
    db: &Connection,
    kind: &str,
    name: &str,
) -> Result<Option<Document>, SqliteError> {
    let sql = format!("{COLUMNS} WHERE kind = ? AND name = ? AND body IS NOT NULL");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([kind, name])?;
    rows.next()?.map(read).transpose()
}

pub(super) fn documents(
    db: &Connection,
    kind: &str,
    prefix: &str,
) -> Result<Vec<Document>, SqliteError> {
    let sql = format!(
        "{COLUMNS} WHERE kind = :kind AND name >= :from AND name <= :to AND body IS NOT NULL
         ORDER BY name"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let to = format!("{prefix}{}", char::MAX);
    let values = named_params! { ":kind": kind, ":from": prefix, ":to": to };
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// Makes a change, whose body is this JSON.
pub(super) fn change(
    db: &Connection,
    change: &Change,
    body: Option<&str>,
) -> Result<u64, SqliteError> {
    let Some(behalf) = &change.behalf else {
        return Ok(make(db, change, body)?.0);
    };
    let execution = known(db, &behalf.lease.execution)?;
    behalf.lease.check(execution.lease.as_ref())?;
    if let Some(version) = mark(db, execution.number, &behalf.key)? {
        return Ok(version);
    }
    seals::is_open(db, &behalf.lease.execution, execution.number)?;
    let (version, is_written) = make(db, change, body)?;
    if is_written {
        let values = params![execution.number, behalf.key.as_str(), version];
        db.prepare_cached("INSERT INTO marks VALUES (?, ?, ?)")?.execute(values)?;
    }
    Ok(version)
}

/// Returns the version, and whether anything was written.
fn make(db: &Connection, change: &Change, body: Option<&str>) -> Result<(u64, bool), SqliteError> {
    let sql = "SELECT version, body IS NOT NULL FROM documents WHERE kind = ? AND name = ?";
    let names = [&change.kind, &change.name];
    let found = db.prepare_cached(sql)?.query_row(names, |row| Ok((row.get(0)?, row.get(1)?)));
    let (last, is_there) = found.optional()?.unwrap_or((0, false));
    let Some(version) = change.decide(last, is_there)? else { return Ok((last, false)) };
    let sql = "INSERT INTO documents VALUES (:kind, :name, :version, :body, :at, :by)
               ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body,
                   written_at = excluded.written_at, written_by = excluded.written_by";
    db.prepare_cached(sql)?.execute(named_params! {
        ":kind": change.kind,
        ":name": change.name,
        ":version": version,
        ":body": body,
        ":at": change.at.to_string(),
        ":by": change.by,
    })?;
    Ok((version, true))
}

pub(super) fn mark(db: &Connection, execution: i64, key: &Key) -> Result<Option<u64>, SqliteError> {
    let sql = "SELECT version FROM marks WHERE execution = ? AND key = ?";
    let values = params![execution, key.as_str()];
    Ok(db.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?)
}

/// What an execution has beside its head, its journal and its signals.
pub(super) fn belongings(
    db: &Connection,
    number: i64,
    id: &str,
) -> Result<Belongings, SqliteError> {
    let mut statement = db.prepare_cached("SELECT key, version FROM marks WHERE execution = ?")?;
    let marks = statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut own = Belongings { marks: marks.collect::<Result<_, _>>()?, documents: Vec::new() };
    for kind in Belongings::KINDS {
        own.documents.extend(documents(db, kind, &Belongings::prefix(id))?);
    }
    Ok(own)
}

/// Writes the belongings of an execution that comes from another store.
pub(super) fn arrive(db: &Connection, number: i64, new: &Belongings) -> Result<(), SqliteError> {
    let mut insert = db.prepare_cached("INSERT INTO marks VALUES (?, ?, ?)")?;
    for (key, version) in &new.marks {
        insert.execute(params![number, key, version])?;
    }
    let mut insert =
        db.prepare_cached("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?)")?;
    for Document { kind, name, version, body, written_at, written_by } in &new.documents {
        let (body, at) = (to_json(body)?, written_at.to_string());
        insert.execute(params![kind, name, version, body, at, written_by])?;
    }
    Ok(())
}

/// Deletes the belongings of an execution.
pub(super) fn forget(db: &Connection, number: i64, id: &str) -> Result<(), SqliteError> {
    db.prepare_cached("DELETE FROM marks WHERE execution = ?")?.execute([number])?;
    let from = Belongings::prefix(id);
    let to = format!("{from}{}", char::MAX);
    for kind in Belongings::KINDS {
        db.prepare_cached("DELETE FROM documents WHERE kind = ? AND name >= ? AND name <= ?")?
            .execute(params![kind, from, to])?;
    }
    Ok(())
}
