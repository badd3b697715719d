//! Places for stores that need nothing but this machine.

use std::path::PathBuf;
use std::sync::Arc;

use moontide_runtime::store::{MemoryStore, SqliteStore, Store};
use tempfile::TempDir;

/// A place that a store can be opened in any number of times, as several processes would.
pub(crate) enum Place {
    Memory(Arc<MemoryStore>),
    File(TempDir),
}

impl Place {
    pub(crate) fn in_memory() -> Place {
        Place::Memory(Arc::new(MemoryStore::new()))
    }

    pub(crate) fn in_a_file() -> Place {
        Place::File(TempDir::new().unwrap())
    }

    /// The store, opened once more.
    pub(crate) fn open(&self) -> Arc<dyn Store> {
        match self {
            Place::Memory(store) => Arc::clone(store) as Arc<dyn Store>,
            Place::File(_) => Arc::new(SqliteStore::open(&self.file()).unwrap()),
        }
    }

    /// The file that the store is in.
    pub(crate) fn file(&self) -> PathBuf {
        match self {
            Place::Memory(_) => panic!("memory is no file"),
            Place::File(directory) => directory.path().join("store.db"),
        }
    }
}
