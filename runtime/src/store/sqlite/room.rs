//! The room in the file: what is free is given back where the file was made for that.

use rusqlite::Connection;

use super::error::SqliteError;

/// So many pages at once: other writers wait meanwhile.
const AT_ONCE: u32 = 1000;

/// Asked of a new file: pages that are free are collected, to be given back.
pub(super) const COLLECT: (&str, &str) = ("auto_vacuum", "INCREMENTAL");

/// What is free in the file.
pub(super) struct Free {
    /// In bytes.
    pub(super) bytes: u64,
    /// Whether it can be given back: not in the files of earlier releases.
    pub(super) is_collected: bool,
}

/// Looks how much is free.
pub(super) fn free(db: &Connection) -> Result<Free, SqliteError> {
    let number = |name| db.pragma_query_value(None, name, |row| row.get::<_, u64>(0));
    let bytes = number("freelist_count")? * number("page_size")?;
    Ok(Free { bytes, is_collected: number("auto_vacuum")? != 0 })
}

/// Gives some of it back.
pub(super) fn give_back(db: &Connection) -> Result<(), SqliteError> {
    let mut statement = db.prepare(&format!("PRAGMA incremental_vacuum({AT_ONCE})"))?;
    let mut rows = statement.query([])?;
    // It gives one page back a row.
    while rows.next()?.is_some() {}
    Ok(())
}
