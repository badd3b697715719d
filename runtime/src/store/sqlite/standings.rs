//! What lists show: where executions stand, in a table of its own, which earlier releases know nothing of.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, named_params, params};

use super::error::SqliteError;
use super::known::{NewExecution, to_json};
use crate::history::Channel;
use crate::store::{Part, Row, Standing, Told, Wanted};

/// The table, in a new file or one of an earlier release.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS standings (
        execution INTEGER PRIMARY KEY,
        mode      TEXT NOT NULL,
        status    TEXT NOT NULL,
        seen      INTEGER NOT NULL, -- the number of the last signal that was taken
        labels    TEXT NOT NULL -- JSON
    ) STRICT;
";

/// What started an execution, in a table that came later: earlier releases write whole rows of the other one.
pub(super) const SOURCES: &str = "
    CREATE TABLE IF NOT EXISTS started_by (
        execution INTEGER PRIMARY KEY,
        source    TEXT NOT NULL -- a word
    ) STRICT;
";

/// Writes where a new execution stands.
pub(super) fn create(
    db: &Connection,
    execution: i64,
    new: &NewExecution,
) -> Result<(), SqliteError> {
    let Standing { status, seen } = Standing::NEW;
    let values = params![execution, to_json(&new.mode)?, to_json(&status)?, seen, new.labels];
    db.prepare_cached("INSERT INTO standings VALUES (?, ?, ?, ?, ?)")?.execute(values)?;
    if let Some(source) = new.source {
        let values = params![execution, source.word()];
        db.prepare_cached("INSERT OR REPLACE INTO started_by VALUES (?, ?)")?.execute(values)?;
    }
    Ok(())
}

/// Writes where an execution stands. One that an earlier release began has no row, and gets none.
pub(super) fn change(
    db: &Connection,
    execution: i64,
    standing: Standing,
) -> Result<(), SqliteError> {
    let sql = "UPDATE standings SET status = ?, seen = ? WHERE execution = ?";
    let values = params![to_json(&standing.status)?, standing.seen, execution];
    db.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Where an execution stands, if that is written.
pub(super) fn of(db: &Connection, execution: i64) -> Result<Option<Standing>, SqliteError> {
    let sql = "SELECT status, seen FROM standings WHERE execution = ?";
    let read = |row: &SqlRow<'_>| {
        let status: String = row.get(0)?;
        let status = serde_json::from_str(&status).ok();
        Ok(status.zip(Some(row.get(1)?)).map(|(status, seen)| Standing { status, seen }))
    };
    Ok(db.prepare_cached(sql)?.query_row([execution], read).optional()?.flatten())
}

/// Forgets where an execution stands: its journal tells.
pub(super) fn forget(db: &Connection, execution: i64) -> Result<(), SqliteError> {
    db.prepare_cached("DELETE FROM standings WHERE execution = ?")?.execute([execution])?;
    Ok(())
}

/// The executions that are wanted.
pub(super) fn find(db: &Connection, wanted: &Wanted) -> Result<Part, SqliteError> {
    // Signals are counted of those that are shown, not of all that are sorted.
    let sql = "SELECT id, runbook, created_at, mode, status, seen, labels,
                   (SELECT coalesce(max(signals.number), 0) FROM signals
                    WHERE signals.execution = found.number), created_us,
                   (SELECT count(*) > 0 FROM seals WHERE seals.execution = found.number
                    AND CASE WHEN json_valid(seal) THEN seal ->> 'seal' = 'pruned' END),
                   (SELECT source FROM started_by WHERE started_by.execution = found.number),
                   (SELECT count(*) > 0 FROM seals WHERE seals.execution = found.number
                    AND CASE WHEN json_valid(seal) THEN seal ->> 'seal' = 'moved' END)
               FROM (SELECT * FROM executions
                     LEFT JOIN standings ON standings.execution = executions.number
                     WHERE (:statuses = '' OR status IS NULL OR instr(:statuses, status) > 0)
                       AND (SELECT count(*) FROM json_each(:labels) AS wanted
                            WHERE (SELECT value FROM json_each(iif(json_valid(labels), labels, '{}')) AS own
                                   WHERE own.key = wanted.key) IS NOT wanted.value) = 0
                       AND (:source IS NULL OR :source =
                            (SELECT source FROM started_by WHERE started_by.execution = number))
                       AND (:runbook IS NULL OR runbook = :runbook)
                       AND NOT (:drills AND runbook = 'cleanup' AND id GLOB '*[0-9]'
                                AND rtrim(id, '0123456789') GLOB '*.cleanup-')
                       AND (:since IS NULL OR created_us >= :since)
                       AND (:after IS NULL OR (created_us, id) < (:after, :id))
                     ORDER BY created_us DESC, id DESC LIMIT :limit) AS found
               ORDER BY created_us DESC, id DESC";
    let statuses: Result<Vec<_>, _> = wanted.statuses.iter().map(to_json).collect();
    let limit = wanted.limit.and_then(|limit| i64::try_from(limit).ok()?.checked_add(1));
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(named_params! {
        ":statuses": statuses?.concat(),
        ":labels": to_json(&wanted.labels)?,
        ":source": wanted.source.map(Channel::word),
        ":runbook": wanted.runbook,
        ":drills": wanted.without_cleanups,
        ":since": wanted.since.map(Timestamp::as_microsecond),
        ":after": wanted.after.as_ref().map(|after| after.created_us),
        ":id": wanted.after.as_ref().map(|after| &after.id),
        ":limit": limit.unwrap_or(-1),
    })?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(Part::of(found, wanted.limit))
}

fn read(row: &SqlRow<'_>) -> Result<Row, SqliteError> {
    let (id, date): (String, String) = (row.get(0)?, row.get(2)?);
    // One that was spoilt hides no other execution.
    let by_order = || Timestamp::from_microsecond(row.get(8).unwrap_or_default());
    let created_at = date.parse().or_else(|_| by_order()).unwrap_or_default();
    let labels: Option<String> = row.get(6)?;
    let labels = labels.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    let source: Option<String> = row.get(10)?;
    let source = source.and_then(|word| serde_json::from_value(word.into()).ok());
    let (runbook, pruned, moved) = (row.get(1)?, row.get(9)?, row.get(11)?);
    Ok(Row { runbook, id, created_at, labels, source, pruned, moved, told: told(row)? })
}

/// What the table says of an execution; `None` if it says nothing, or what cannot be read.
fn told(row: &SqlRow<'_>) -> rusqlite::Result<Option<Told>> {
    let (mode, status): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
    let Some((mode, status)) = mode.zip(status) else { return Ok(None) };
    let read = (serde_json::from_str(&mode), serde_json::from_str(&status));
    let (Ok(mode), Ok(status)) = read else { return Ok(None) };
    // Of what was spoilt, too, the journal tells.
    let (seen, sent): (i64, i64) = (row.get(5)?, row.get(7)?);
    let numbers = (u64::try_from(seen), u64::try_from(sent));
    let (Ok(seen), Ok(sent)) = numbers else { return Ok(None) };
    Ok(Some(Told { mode, standing: Standing { status, seen }, sent }))
}
