//! Whether the file of a store is still the one that was opened.
//!
//! An operator may put a backup in its place while a runner is at work. The runner would go on writing to a
//! file that no other process sees, and the next runner would see a journal without it, and do everything again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::SqliteError;

/// The file that was opened.
pub(super) struct Original {
    path: PathBuf,
    number: Number,
}

/// What the file system calls a file, however it is named: device and inode.
type Number = Option<(u64, u64)>;

impl Original {
    /// The file that is there now.
    pub(super) fn of(path: &Path) -> Result<Original, SqliteError> {
        let number =
            number(path).map_err(|error| SqliteError::Files("it cannot be seen", error))?;
        Ok(Original { path: path.to_owned(), number })
    }

    /// Fails if another one is in its place, or none.
    pub(super) fn check(&self) -> Result<(), SqliteError> {
        match number(&self.path) {
            Ok(number) if number == self.number => Ok(()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(SqliteError::Files("it cannot be seen any more", error))
            }
            _ => Err(SqliteError::Unfit(
                "its file was removed or replaced while it was open; nothing more is written to it",
            )),
        }
    }
}

#[cfg(unix)]
fn number(path: &Path) -> io::Result<Number> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|file| Some((file.dev(), file.ino())))
}

/// Elsewhere a file that is open cannot be replaced.
#[cfg(not(unix))]
fn number(path: &Path) -> io::Result<Number> {
    fs::metadata(path).map(|_| None)
}
