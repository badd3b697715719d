//! The file of a store: made if it is not there, refused if it is not ours or from a later time.

use std::io::{ErrorKind as IoError, Write};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::error::SqliteError;
use super::locks::Locks;
use super::original::Original;
use super::rows::SCHEMA;
use super::{belongings, feeds, private, room, seals, sources, standings};
use crate::history::Format;
use crate::store::StoreError;

/// How long SQLite waits for another process to finish its transaction.
const BUSY: Duration = Duration::from_secs(5);
/// How long a look waits for it, which a person waits for.
const GLANCE: Duration = Duration::from_millis(100);
/// The size of the index that SQLite keeps of its log, at first.
const INDEX: usize = 32 * 1024;
/// Tables that the first release did not have: a file of an earlier one gets them when it is opened.
const LATER: [(&str, &str); 7] = [
    ("feeds", feeds::SCHEMA),
    ("documents", belongings::SCHEMA),
    ("marks", belongings::SCHEMA),
    ("standings", standings::SCHEMA),
    ("started_by", standings::SOURCES),
    ("sources", sources::SCHEMA),
    ("seals", seals::SCHEMA),
];
/// `MOON`, SQLite's `application_id` of our files.
const OURS: i32 = i32::from_be_bytes(*b"MOON");

/// A store's file, open.
pub(super) struct Opened {
    /// For the thread that writes.
    pub(super) writer: Connection,
    /// For the thread that reads.
    pub(super) reader: Connection,
    /// Which file it is.
    pub(super) original: Original,
    /// The lock files beside it.
    pub(super) locks: Locks,
}

/// Opens or makes the store at `path`.
pub(super) fn open(path: &Path) -> Result<Opened, SqliteError> {
    // Absolute, because SQLite gives names such as `:memory:` a meaning of their own.
    let path = std::path::absolute(path).map_err(|e| SqliteError::Files("it has no path", e))?;
    open_absolute(&path).map_err(|failed| if_full(failed, &path))
}

fn open_absolute(path: &Path) -> Result<Opened, SqliteError> {
    make_file(path)?;
    let mut writer = connect(path)?;
    // Even closing a connection would write: it tidies up what a dead process left in the log.
    writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    if is_empty(&writer)? {
        make_tables(&mut writer, &Locks::beside(path)?)?;
    }
    refuse_others(&writer, path)?;
    writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    // Without it SQLite prepares a statement anew for every value that is bound to it.
    writer.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    for (setting, value) in [("journal_mode", "WAL"), ("synchronous", "FULL"), ("fullfsync", "ON")]
    {
        writer.pragma_update(None, setting, value)?;
    }
    for (table, schema) in LATER {
        if !is_there(&writer, table)? {
            writer.execute_batch(schema)?;
        }
    }
    let reader = connect(path)?;
    reader.pragma_update(None, "query_only", "ON")?;
    let original = Original::of(path)?;
    Ok(Opened { writer, reader, original, locks: Locks::beside(path)? })
}

/// Opens the store at `path` for reading alone: nothing is made, and nothing is written to it. One of an earlier
/// release, which lacks tables, is not looked at.
pub(super) fn look(path: &Path) -> Result<Opened, SqliteError> {
    let path = std::path::absolute(path).map_err(|e| SqliteError::Files("it has no path", e))?;
    let connect = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)?;
        connection.busy_timeout(GLANCE)?;
        Ok::<_, SqliteError>(connection)
    };
    let (writer, reader) = (connect()?, connect()?);
    refuse_others(&reader, &path)?;
    for (table, _) in LATER {
        if !is_there(&reader, table)? {
            return Err(SqliteError::Unfit("an earlier release has made it"));
        }
    }
    Ok(Opened { writer, reader, original: Original::of(&path)?, locks: Locks::seen(&path) })
}

/// SQLite says the same of a full disk as of a broken one where it makes the files beside its own. Whether
/// it is full is seen by making one as large.
fn if_full(failed: SqliteError, path: &Path) -> SqliteError {
    let SqliteError::Sqlite(error) = &failed else { return failed };
    let code = error.sqlite_error_code();
    if !matches!(code, Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure)) {
        return failed;
    }
    let mut probe = path.as_os_str().to_owned();
    probe.push(format!(".room-{}", std::process::id()));
    let made = private::options().create_new(true).open(&probe).and_then(|mut file| {
        file.write_all(&vec![0; INDEX])?;
        file.sync_all()
    });
    // It is only litter.
    let _ = std::fs::remove_file(&probe);
    match made {
        Err(error) if matches!(error.kind(), IoError::StorageFull | IoError::QuotaExceeded) => {
            SqliteError::Files("the disk is full", error)
        }
        _ => failed,
    }
}

/// Makes an empty file and the directories on the way to it, for their owner only.
fn make_file(path: &Path) -> Result<(), SqliteError> {
    if path.is_dir() {
        return Err(SqliteError::Unfit("it is a directory, and a store is a file"));
    }
    if let Some(parent) = path.parent() {
        if parent.is_file() {
            return Err(SqliteError::Unfit("what should be its directory is a file"));
        }
        private::directory(parent)
            .map_err(|error| SqliteError::Files("its directory cannot be made", error))?;
    }
    match private::options().create_new(true).open(path) {
        Err(error) if error.kind() != IoError::AlreadyExists => {
            Err(SqliteError::Files("it cannot be made", error))
        }
        _ => Ok(()),
    }
}

fn connect(path: &Path) -> Result<Connection, SqliteError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// Whether the file has the table.
fn is_there(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) = 1 FROM sqlite_schema WHERE type = 'table' AND name = ?";
    connection.query_row(sql, [table], |row| row.get(0))
}

/// Whether there is nothing in the file at all.
fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

/// Makes an empty file a store.
fn make_tables(connection: &mut Connection, locks: &Locks) -> Result<(), SqliteError> {
    // Several processes may have found it empty, and SQLite does not let them wait for each other
    // while the log is set up.
    let _alone = locks.alone()?;
    if !is_empty(connection)? {
        return Ok(());
    }
    // Only a file without tables takes it.
    connection.pragma_update(None, room::COLLECT.0, room::COLLECT.1)?;
    // Readers and a writer do not wait for each other where there is a log. Remembered in the file.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(SCHEMA)?;
    LATER.iter().try_for_each(|(_, schema)| transaction.execute_batch(schema))?;
    transaction.pragma_update(None, "application_id", OURS)?;
    transaction.pragma_update(None, "user_version", Format::STORE.0)?;
    Ok(transaction.commit()?)
}

/// Refuses what this release cannot read.
fn refuse_others(connection: &Connection, path: &Path) -> Result<(), SqliteError> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    if number("application_id")? != OURS {
        return Err(SqliteError::Unfit("it is a database of another program"));
    }
    let format = Format(number("user_version")?.try_into().unwrap_or_default());
    format.readable_as_store().map_err(|source| {
        let place = path.display().to_string();
        StoreError::Format { place, source }.into()
    })
}
