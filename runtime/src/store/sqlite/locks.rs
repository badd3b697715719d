//! How to know that the holder of a lease is dead, without watching it.
//!
//! A holder keeps a lock on a file as long as it lives. The operating system lets go of the lock when
//! the process ends, also by `kill -9`; a process that was only stopped keeps it. So a lock that can be
//! had proves that the holder is gone.
//!
//! The file is named for execution *and epoch*. The lock of a stopped holder says nothing about the one
//! that took over from it, and only the taker of the next epoch ever locks the next file: it does
//! so before its lease can be seen. A file is removed only when its epoch is over, or else a newcomer
//! could lock another file of the same name.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::SqliteError;
use super::private;
use crate::store::{Lease, StoreError};
use crate::text::hex::hex;

/// The lock files beside one database file.
pub(super) struct Locks {
    folder: PathBuf,
}

impl Locks {
    /// The lock files of the database `path`, in a directory that is made if it is not there.
    pub(super) fn beside(path: &Path) -> Result<Locks, SqliteError> {
        let locks = Locks::seen(path);
        private::directory(&locks.folder).map_err(|error| {
            SqliteError::Files("the directory of its lock files cannot be made", error)
        })?;
        Ok(locks)
    }

    /// The same, for a look: nothing is made.
    pub(super) fn seen(path: &Path) -> Locks {
        let mut folder = path.as_os_str().to_owned();
        folder.push(".leases");
        Locks { folder: PathBuf::from(folder) }
    }

    /// Waits to be the only one who makes the store; held until the file is dropped.
    pub(super) fn alone(&self) -> Result<File, SqliteError> {
        let file = make(&self.folder.join("store.lock"))?;
        file.lock().map_err(could_not_lock)?;
        Ok(file)
    }

    /// The lock of a lease that is about to be ours, held until the file is dropped.
    pub(super) fn hold(&self, lease: &Lease) -> Result<File, SqliteError> {
        let file = make(&self.path(&lease.execution, lease.epoch))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            // The other one will be in the record in a moment, or has just failed to get there.
            Err(TryLockError::WouldBlock) => {
                Err(StoreError::Held { holder: "another runner on this machine".to_owned() }.into())
            }
            Err(TryLockError::Error(error)) => Err(could_not_lock(error)),
        }
    }

    /// Whether the holder of that epoch is known to be dead. A lock file that is not there, or cannot
    /// be asked, proves nothing.
    pub(super) fn is_abandoned(&self, execution: &str, epoch: u64) -> bool {
        let file = OpenOptions::new().read(true).open(self.path(execution, epoch));
        // Shared, so that two who ask at once do not take each other for the holder.
        file.is_ok_and(|file| file.try_lock_shared().is_ok())
    }

    /// Removes the lock file of an epoch that is over.
    pub(super) fn remove(&self, execution: &str, epoch: u64) {
        // It is only litter: no runner asks for that epoch again.
        let _ = fs::remove_file(self.path(execution, epoch));
    }

    /// Ids go in as hashes: file systems fold case, and ids are not checked for `..` here.
    fn path(&self, execution: &str, epoch: u64) -> PathBuf {
        let digest = Sha256::digest(execution);
        self.folder.join(format!("{}.{epoch}.lock", hex(&digest[..16])))
    }
}

fn make(path: &Path) -> Result<File, SqliteError> {
    let file = private::options().create(true).truncate(false).open(path);
    file.map_err(|error| SqliteError::Files("a lock file cannot be made", error))
}

fn could_not_lock(error: io::Error) -> SqliteError {
    SqliteError::Files("a lock file cannot be locked", error)
}
