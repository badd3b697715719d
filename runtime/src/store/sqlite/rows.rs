//! The tables, and the SQL: one function per change or question.
//!
//! What is stored is JSON, as everywhere; columns repeat what SQL has to know of it.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::error::SqliteError;
use super::known::{Known, NewExecution, known, to_json, unwritable};
use super::{seals, sources, standings};
use crate::history::canonical::Hash;
use crate::history::{Entry, Format, Signal, chain};
use crate::store::sources::Apart;
use crate::store::whole::Rows;
use crate::store::{
    Lease, LeaseRecord, Listed, Pruned, Seal, Standing, StoreError, append as rule,
};

/// A new store.
///
/// Entries lie in the order in which they arrived, whatever execution they belong to: what many
/// executions append in one transaction goes to a few pages at the end of the table. Only the slim index
/// is written all over.
pub(super) const SCHEMA: &str = "
    CREATE TABLE executions (
        number     INTEGER PRIMARY KEY, -- the name of it in other tables
        id         TEXT NOT NULL UNIQUE,
        format     INTEGER NOT NULL,
        runbook    TEXT NOT NULL,
        created_at TEXT NOT NULL,
        created_us INTEGER NOT NULL, -- the same in microseconds since 1970, to sort by
        holder     TEXT, -- of the lease; NULL: never held; empty: given back
        epoch      INTEGER NOT NULL DEFAULT 0,
        beat       INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE heads (
        execution INTEGER PRIMARY KEY,
        head      TEXT NOT NULL
    ) STRICT;

    CREATE TABLE entries (
        execution INTEGER NOT NULL,
        sequence  INTEGER NOT NULL,
        epoch     INTEGER NOT NULL,
        entry     TEXT NOT NULL,
        UNIQUE (execution, sequence)
    ) STRICT;

    CREATE TABLE signals (
        execution INTEGER NOT NULL,
        number    INTEGER NOT NULL,
        signal    TEXT NOT NULL,
        PRIMARY KEY (execution, number)
    ) STRICT, WITHOUT ROWID;
";

/// Writes the head of a new execution.
pub(super) fn create(db: &Connection, new: &NewExecution) -> Result<(), SqliteError> {
    let sql = "INSERT INTO executions (id, format, runbook, created_at, created_us)
               VALUES (:id, :format, :runbook, :created_at, :created_us)
               ON CONFLICT DO NOTHING RETURNING number";
    let values = named_params! {
        ":id": new.id,
        ":format": new.format,
        ":runbook": new.runbook,
        ":created_at": new.created_at.to_string(),
        ":created_us": new.created_at.as_microsecond(),
    };
    let number: Option<i64> =
        db.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
    let number = number.ok_or_else(|| StoreError::Exists(new.id.clone()))?;
    db.prepare_cached("INSERT INTO heads VALUES (?, ?)")?
        .execute(params![number, new.head.head])?;
    sources::keep(db, &new.head.sources)?;
    standings::create(db, number, new)
}

/// The head of an execution, to be read by [`head`].
pub(super) fn execution(db: &Connection, id: &str) -> Result<String, SqliteError> {
    let Known { number, .. } = known(db, id)?;
    let sql = "SELECT head FROM heads WHERE execution = ?";
    Ok(db.prepare_cached(sql)?.query_row([number], |row| row.get(0))?)
}

/// Reads the head of execution `id`.
pub(super) fn head(id: &str, json: &str) -> Result<Apart, SqliteError> {
    Apart::read(json).map_err(|error| unreadable_head(id, error.to_string()))
}

/// A head that cannot be read, and why.
pub(super) fn unreadable_head(id: &str, why: String) -> SqliteError {
    SqliteError::Unreadable(format!("the head of execution `{id}`"), why)
}

/// Every execution, newest first.
pub(super) fn list(db: &Connection) -> Result<Vec<Listed>, SqliteError> {
    let sql = "SELECT id, created_at, runbook,
                   (SELECT coalesce(max(sequence), 0) FROM entries
                    WHERE execution = executions.number)
               FROM executions ORDER BY created_us DESC, id";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, date): (String, String) = (row.get(0)?, row.get(1)?);
        let created_at = date.parse().map_err(|error: jiff::Error| {
            SqliteError::Unreadable(format!("the date of execution `{id}`"), error.to_string())
        })?;
        let (runbook, last_sequence) = (row.get(2)?, row.get(3)?);
        list.push(Listed { id, runbook, created_at, last_sequence });
    }
    Ok(list)
}

/// An entry, as it will be stored but for its link.
pub(super) struct NewEntry {
    sequence: u64,
    epoch: u64,
    entry: String,
}

impl NewEntry {
    pub(super) fn of(entry: &Entry) -> Result<NewEntry, SqliteError> {
        let Entry { sequence, epoch, .. } = *entry;
        Ok(NewEntry { sequence, epoch, entry: chain::unchained(entry).map_err(unwritable)? })
    }
}

/// Appends entries, if the lease holds and they go on where the journal ends; and where the execution stands then.
pub(super) fn append(
    db: &Connection,
    lease: &Lease,
    entries: &[NewEntry],
    standing: Option<Standing>,
) -> Result<(), SqliteError> {
    let known = known(db, &lease.execution)?;
    let (last, mut link) = end(db, &known)?;
    let places = entries.iter().map(|entry| (entry.sequence, entry.epoch));
    rule::check_places(lease, known.lease.as_ref(), last, places)?;
    seals::is_open(db, &lease.execution, known.number)?;
    let mut insert = db.prepare_cached("INSERT INTO entries VALUES (?, ?, ?, ?)")?;
    for NewEntry { sequence, epoch, entry } in entries {
        match &mut link {
            None => insert.execute(params![known.number, sequence, epoch, entry])?,
            Some(link) => {
                let chained = chain::chained(entry, *link);
                *link = chain::link(&chained);
                insert.execute(params![known.number, sequence, epoch, chained])?
            }
        };
    }
    standing.map_or(Ok(()), |standing| standings::change(db, known.number, standing))
}

/// The number of the journal's last entry, and what the next one carries of it, or of the head, if the
/// entries are chained.
pub(super) fn end(db: &Connection, known: &Known) -> Result<(u64, Option<Hash>), SqliteError> {
    let is_chained = chain::is_kept(known.format);
    let sql = "SELECT sequence, entry FROM entries WHERE execution = ?
               ORDER BY sequence DESC LIMIT 1";
    let link = |row: &Row<'_>, column| Ok(chain::link(row.get_ref(column)?.as_str()?));
    let last = |row: &Row<'_>| {
        let link = if is_chained { Some(link(row, 1)?) } else { None };
        Ok((row.get(0)?, link))
    };
    if let Some(end) = db.prepare_cached(sql)?.query_row([known.number], last).optional()? {
        return Ok(end);
    }
    if !is_chained {
        return Ok((0, None));
    }
    let sql = "SELECT head FROM heads WHERE execution = ?";
    let head = db.prepare_cached(sql)?.query_row([known.number], |row| link(row, 0))?;
    Ok((0, Some(head)))
}

/// A journal that is read already but not looked at: the thread that reads from the file has others waiting.
pub(super) struct Journal {
    format: Format,
    /// What the first entry is chained to, if that is among the rows.
    head: Option<String>,
    /// What was cut off it. Then all rows are there, whatever is wanted: they are held together.
    pruned: Option<Pruned>,
    rows: Numbered,
}

/// The journal from entry number `from`.
pub(super) fn journal(db: &Connection, id: &str, from: u64) -> Result<Journal, SqliteError> {
    let Known { number, format, .. } = known(db, id)?;
    let (pruned, format) = match seals::of(db, id, number)? {
        Some(Seal::Pruned(pruned)) => (Some(pruned), format),
        Some(Seal::Moved(moved)) => (None, moved.format),
        None => (None, format),
    };
    let from = if pruned.is_some() { 0 } else { from };
    let is_held = from <= 1 && chain::is_kept(format);
    let head = if is_held { Some(execution(db, id)?) } else { None };
    let sql = "SELECT sequence, entry FROM entries
               WHERE execution = :execution AND sequence >= :from ORDER BY sequence";
    Ok(Journal { format, head, pruned, rows: numbered(db, sql, id, from)? })
}

impl Journal {
    /// Its entries, if they are as they were written.
    pub(super) fn read(&self, place: &str, id: &str, from: u64) -> Result<Vec<Entry>, StoreError> {
        if let Some(pruned) = &self.pruned {
            return pruned.read((place, id, from), self.texts());
        }
        let rows = Rows::new(place, id, from, self.format);
        let mut rows = match &self.head {
            Some(head) => rows.behind(head),
            None => rows,
        };
        let mut entries = Vec::with_capacity(self.rows.ends.len());
        for (number, row) in self.rows.rows() {
            entries.extend(rows.read_numbered(number, row)?);
        }
        Ok(entries)
    }

    /// Its rows, byte for byte.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.rows.rows().map(|(_, row)| row)
    }
}

/// Takes the lease, if it still is as `seen`.
pub(super) fn take(
    db: &Connection,
    id: &str,
    holder: &str,
    seen: Option<&LeaseRecord>,
) -> Result<Lease, SqliteError> {
    let known = known(db, id)?;
    seals::is_open(db, id, known.number)?;
    let lease = Lease::take(id, holder, seen, known.lease.as_ref())?;
    write_lease(db, known.number, &lease.record())?;
    Ok(lease)
}

/// Moves the beat of a lease that is still ours.
pub(super) fn renew(db: &Connection, lease: &Lease) -> Result<(), SqliteError> {
    let known = known(db, &lease.execution)?;
    lease.check(known.lease.as_ref())?;
    seals::is_open(db, &lease.execution, known.number)?;
    let beat = known.lease.map_or(0, |record| record.beat) + 1;
    write_lease(db, known.number, &LeaseRecord { beat, ..lease.record() })
}

/// Gives back a lease that is still ours.
pub(super) fn release(db: &Connection, lease: &Lease) -> Result<(), SqliteError> {
    let known = known(db, &lease.execution)?;
    match known.lease {
        Some(record) if lease.check(Some(&record)).is_ok() => {
            let free = LeaseRecord { holder: String::new(), ..record };
            write_lease(db, known.number, &free)
        }
        _ => Ok(()),
    }
}

pub(super) fn write_lease(
    db: &Connection,
    execution: i64,
    record: &LeaseRecord,
) -> Result<(), SqliteError> {
    let sql = "UPDATE executions SET holder = :holder, epoch = :epoch, beat = :beat
               WHERE number = :execution";
    db.prepare_cached(sql)?.execute(named_params! {
        ":execution": execution,
        ":holder": record.holder,
        ":epoch": record.epoch,
        ":beat": record.beat,
    })?;
    Ok(())
}

/// Leaves a signal; returns its number.
pub(super) fn send(db: &Connection, id: &str, signal: &Signal) -> Result<u64, SqliteError> {
    let Known { number, .. } = known(db, id)?;
    seals::is_open(db, id, number)?;
    let sql = "INSERT INTO signals
               SELECT :execution, coalesce(max(number), 0) + 1, :signal FROM signals
               WHERE execution = :execution RETURNING number";
    let values = named_params! { ":execution": number, ":signal": to_json(signal)? };
    Ok(db.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// The signals after number `after`.
pub(super) fn signals(db: &Connection, id: &str, after: u64) -> Result<Numbered, SqliteError> {
    let sql = "SELECT number, signal FROM signals
               WHERE execution = :execution AND number > :from ORDER BY number";
    numbered(db, sql, id, after)
}

/// Numbered rows of JSON that are still to be read: the thread that reads from the file has others waiting.
#[derive(Default)]
pub(super) struct Numbered {
    /// One after the other.
    json: String,
    /// The number of each, and where it ends.
    ends: Vec<(u64, usize)>,
}

/// The rows of a query for the numbers from `from` of one execution.
fn numbered(db: &Connection, sql: &str, id: &str, from: u64) -> Result<Numbered, SqliteError> {
    let Known { number: execution, .. } = known(db, id)?;
    // SQLite's numbers end earlier than ours, and no execution gets that far.
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(named_params! { ":execution": execution, ":from": from })?;
    let mut found = Numbered::default();
    while let Some(row) = rows.next()? {
        found.json.push_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
        found.ends.push((row.get(0)?, found.json.len()));
    }
    Ok(found)
}

impl Numbered {
    /// Each with its number, in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = (u64, &str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        self.ends
            .iter()
            .zip(starts)
            .map(|((number, end), start)| (*number, &self.json[start..*end]))
    }
}
