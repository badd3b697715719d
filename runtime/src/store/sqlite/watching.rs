//! Waiting for what other processes write: SQLite tells cheaply whether a process has written at all, and only then are
//! the executions asked for, all of them in one query.

use std::time::Duration;

use rusqlite::Connection;

use super::error::SqliteError;
use super::reader::Reader;
use crate::clock::Clock;
use crate::store::{Mark, StoreError};

/// The pause between two looks at whether a process has written. A look reads a few bytes of memory that all processes
/// share.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Waits until one of the executions has something behind its mark, for `time` at most.
pub(super) async fn watch(
    reader: &Reader,
    marks: &[Mark],
    clock: &dyn Clock,
    time: Duration,
) -> Result<Vec<String>, StoreError> {
    let end = clock.monotonic().saturating_add(time);
    let asked = in_json(marks);
    let mut version = None;
    loop {
        let (asked, last) = (asked.clone(), version);
        let (now, news) = reader.read(move |db| look(db, last, &asked)).await?;
        let left = end.saturating_sub(clock.monotonic());
        if !news.is_empty() || left.is_zero() {
            return Ok(news);
        }
        version = Some(now);
        clock.sleep(LOOK_AGAIN.min(left)).await;
    }
}

/// Waits until a process has written since this version of the file, for `time` at most; returns the version then.
pub(super) async fn changed(
    reader: &Reader,
    since: u64,
    clock: &dyn Clock,
    time: Duration,
) -> Result<u64, StoreError> {
    let end = clock.monotonic().saturating_add(time);
    loop {
        // Counted from 1, as this connection sees it.
        let now = reader.read(|db| Ok(u64::try_from(version(db)?).unwrap_or(1).max(1))).await?;
        let left = end.saturating_sub(clock.monotonic());
        if now != since || left.is_zero() {
            return Ok(now);
        }
        clock.sleep(LOOK_AGAIN.min(left)).await;
    }
}

/// How often others have written, as this connection counts it.
fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}

/// The marks as the query takes them.
fn in_json(marks: &[Mark]) -> String {
    // SQLite's numbers end earlier than ours, and no execution gets that far.
    let number = |seen: Option<u64>| seen.map(|seen| i64::try_from(seen).unwrap_or(i64::MAX));
    let mark = |mark: &Mark| {
        let (epoch, line) = mark.feed.map(|place| (place.epoch, place.number)).unzip();
        let seen = [mark.entries, mark.signals, epoch, line].map(number);
        (mark.execution.clone(), seen[0], seen[1], seen[2], seen[3])
    };
    let marks: Vec<_> = marks.iter().map(mark).collect();
    serde_json::to_string(&marks).unwrap_or_default()
}

/// The version of the file as this connection counts them, and which executions have news; none, if the version is
/// still `last`. Both are of one state of the store.
fn look(
    db: &Connection,
    last: Option<i64>,
    marks: &str,
) -> Result<(i64, Vec<String>), SqliteError> {
    let version = version(db)?;
    if last == Some(version) {
        return Ok((version, Vec::new()));
    }
    let sql = "SELECT marks.value ->> 0 FROM json_each(?) AS marks
               LEFT JOIN executions AS it ON it.id = marks.value ->> 0
               WHERE it.number IS NULL
                  OR EXISTS (SELECT 1 FROM entries WHERE entries.execution = it.number
                             AND entries.sequence > marks.value ->> 1)
                  OR (marks.value ->> 1 IS NOT NULL
                      AND EXISTS (SELECT 1 FROM seals WHERE seals.execution = it.number))
                  OR EXISTS (SELECT 1 FROM signals WHERE signals.execution = it.number
                             AND signals.number > marks.value ->> 2)
                  OR EXISTS (SELECT 1 FROM feeds WHERE feeds.execution = it.number
                             AND (feeds.epoch, feeds.number)
                                 > (marks.value ->> 3, marks.value ->> 4))";
    let mut statement = db.prepare_cached(sql)?;
    let news = statement.query_map([marks], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok((version, news))
}
