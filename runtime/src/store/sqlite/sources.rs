//! The sources of executions, each once, in a table of its own, which earlier releases know nothing of.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::error::SqliteError;
use crate::history::Source;
use crate::history::canonical::Hash;

/// The table, in a new file or one of an earlier release.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS sources (
        hash   TEXT NOT NULL UNIQUE, -- SHA-256
        source TEXT NOT NULL
    ) STRICT;
";

/// Writes those that are not there.
pub(super) fn keep(db: &Connection, sources: &[Source]) -> Result<(), SqliteError> {
    let mut find = db.prepare_cached("SELECT 1 FROM sources WHERE hash = ?")?;
    let mut insert = db.prepare_cached("INSERT INTO sources VALUES (?, ?)")?;
    for source in sources {
        let hash = source.hash().to_string();
        if !find.exists([&hash])? {
            insert.execute(params![hash, &**source])?;
        }
    }
    Ok(())
}

/// Lets go of those that no head names any more. A head and what it names are written in one transaction.
pub(super) fn forget(db: &Connection) -> Result<(), SqliteError> {
    // What a head names that cannot be read is not known.
    let sql = "DELETE FROM sources
               WHERE NOT EXISTS (SELECT 1 FROM heads WHERE NOT json_valid(head))
               AND hash NOT IN (
                   SELECT named.value ->> 'sha256' FROM heads, json_each(head, '$.modules') AS named
                   WHERE json_valid(head))";
    db.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// Those of these names that are there.
pub(super) fn find(db: &Connection, names: &[Hash]) -> Result<HashMap<Hash, Source>, SqliteError> {
    let mut find = db.prepare_cached("SELECT source FROM sources WHERE hash = ?")?;
    let mut found = HashMap::new();
    for name in names {
        let mut rows = find.query([name.to_string()])?;
        if let Some(row) = rows.next()? {
            let text = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            found.insert(*name, Source::from(text));
        }
    }
    Ok(found)
}
