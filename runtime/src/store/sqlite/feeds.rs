//! What programs say while they run: the last of it, in a table of its own, which earlier releases know nothing of.

use rusqlite::{Connection, OptionalExtension, params};

use super::error::SqliteError;
use super::known::{known, to_json};
use crate::store::{Feed, Lease};

/// The table, in a new file or one of an earlier release.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS feeds (
        execution INTEGER PRIMARY KEY,
        epoch     INTEGER NOT NULL, -- of the lease under which it was said
        number    INTEGER NOT NULL, -- of the last line
        feed      TEXT NOT NULL -- JSON
    ) STRICT;
";

/// Puts a feed in the place of the last one, unless that is of a later lease.
pub(super) fn publish(db: &Connection, lease: &Lease, feed: &Feed) -> Result<(), SqliteError> {
    let execution = known(db, &lease.execution)?.number;
    let sql = "INSERT INTO feeds VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
               SET epoch = excluded.epoch, number = excluded.number, feed = excluded.feed
               WHERE excluded.epoch >= epoch";
    let values = params![execution, feed.epoch, feed.end().number, to_json(feed)?];
    db.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// The feed of an execution. One that cannot be read is as good as none.
pub(super) fn feed(db: &Connection, id: &str) -> Result<Feed, SqliteError> {
    let execution = known(db, id)?.number;
    let sql = "SELECT feed FROM feeds WHERE execution = ?";
    let json = db.prepare_cached(sql)?.query_row([execution], |row| row.get(0)).optional()?;
    let feed = json.and_then(|json: String| serde_json::from_str(&json).ok());
    Ok(feed.unwrap_or_default())
}
