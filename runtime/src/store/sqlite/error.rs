//! What goes wrong below the store, in plain sentences.

use std::io;

use rusqlite::ErrorCode;

use crate::store::StoreError;

/// Why a change or a question failed, before the caller says in which store.
#[derive(Debug)]
pub(super) enum SqliteError {
    /// The store's own answer.
    Said(StoreError),
    /// SQLite's.
    Sqlite(rusqlite::Error),
    /// The file system's, about the named thing.
    Files(&'static str, io::Error),
    /// The place is not what it should be.
    Unfit(&'static str),
    /// What is stored cannot be read.
    Unreadable(String, String),
}

impl From<StoreError> for SqliteError {
    fn from(error: StoreError) -> SqliteError {
        SqliteError::Said(error)
    }
}

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> SqliteError {
        SqliteError::Sqlite(error)
    }
}

impl SqliteError {
    /// The trouble of the store at `place`.
    pub(super) fn at(self, place: &str) -> StoreError {
        let (message, transient) = match self {
            SqliteError::Said(error) => return error,
            SqliteError::Sqlite(error) if is_of_a_row(&error) => {
                let message = format!("a row is missing, or cannot be read: {error}");
                return StoreError::Damaged { place: place.to_owned(), message };
            }
            SqliteError::Sqlite(error) => explain(&error),
            SqliteError::Files(what, error) => (format!("{what}: {error}"), false),
            SqliteError::Unfit(message) => (message.to_owned(), false),
            SqliteError::Unreadable(what, error) => {
                let message = format!("{what} is damaged and cannot be read: {error}");
                return StoreError::Damaged { place: place.to_owned(), message };
            }
        };
        StoreError::Unusable { place: place.to_owned(), message, transient }
    }
}

/// Whether a row is not as it was written: it is there no more, or holds something else.
fn is_of_a_row(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{
        FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, QueryReturnedNoRows,
        Utf8Error,
    };
    matches!(
        error,
        FromSqlConversionFailure(..)
            | IntegralValueOutOfRange(..)
            | InvalidColumnType(..)
            | QueryReturnedNoRows
            | Utf8Error(..)
    )
}

/// A sentence for a person, and whether trying again may help.
fn explain(error: &rusqlite::Error) -> (String, bool) {
    let code = error.sqlite_error_code();
    let sentence = match code {
        _ if is_busy(code) => "another process keeps it busy; try again in a moment",
        Some(ErrorCode::DiskFull) => "the disk is full, and this change was not written",
        Some(ErrorCode::ReadOnly) => {
            "it may only be read: check the rights to the file and its directory"
        }
        Some(ErrorCode::PermissionDenied) => "access is denied: check the rights to the file",
        Some(ErrorCode::CannotOpen) => "it cannot be opened: check the path and the rights to it",
        Some(ErrorCode::NotADatabase) => "it is a file of another kind, not a store",
        Some(ErrorCode::DatabaseCorrupt) => "it is damaged; restore it from a backup",
        Some(ErrorCode::SystemIoFailure) => "the disk failed to read or write",
        _ => return (error.to_string(), false),
    };
    let may_pass = is_busy(code) || code == Some(ErrorCode::DiskFull);
    (format!("{sentence} ({error})"), may_pass)
}

/// Whether the locks of others are in the way. `SQLite` speaks of a failed protocol when it could not get
/// a lock for reading in a hundred attempts.
fn is_busy(code: Option<ErrorCode>) -> bool {
    use ErrorCode::{DatabaseBusy, DatabaseLocked, FileLockingProtocolFailed};
    matches!(code, Some(DatabaseBusy | DatabaseLocked | FileLockingProtocolFailed))
}
