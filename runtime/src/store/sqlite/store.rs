//! The store itself: what is asked of it goes to the reader or to the writer.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::error::SqliteError;
use super::known::{NewExecution, known};
use super::locks::Locks;
use super::reader::Reader;
use super::writer::Writer;
use super::{bytes, feeds, open, rows, sources, standings, watching};
use crate::clock::Clock;
use crate::history::canonical::Hash;
use crate::history::chain::ChainHead;
use crate::history::{Entry, Execution, Signal, Source};
use crate::store::sources::{Apart, Known};
use crate::store::{
    Archive, Feed, Lease, LeaseRecord, Listed, Mark, Part, Standing, Store, StoreError, Stored,
    Wanted, whole,
};

/// Keeps executions in a SQLite file. Dropping it writes what still waits and lets go of every lease's
/// lock file, as the death of the process would.
pub struct SqliteStore {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
    pub(super) locks: Arc<Locks>,
    pub(super) place: Arc<str>,
    pub(super) known: Known,
    /// The lock files of the leases that we hold, by execution and epoch.
    pub(super) held: Mutex<HashMap<(String, u64), File>>,
}

impl SqliteStore {
    /// Opens the store in the file `path`; makes the file, and directories on the way to it, if they
    /// are not there. Blocks while the file is made or checked.
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        SqliteStore::at(path, open::open)
    }

    /// Opens a store that is there for reading alone: what would change it fails. Waits for no other process longer
    /// than a person notices.
    pub fn look(path: &Path) -> Result<SqliteStore, StoreError> {
        SqliteStore::at(path, open::look)
    }

    fn at(
        path: &Path,
        open: impl FnOnce(&Path) -> Result<open::Opened, SqliteError>,
    ) -> Result<SqliteStore, StoreError> {
        let place: Arc<str> = path.display().to_string().into();
        let opened = open(path).map_err(|error| error.at(&place))?;
        Ok(SqliteStore {
            reader: Reader::start(opened.reader, Arc::clone(&place))?,
            writer: Writer::start(opened.writer, opened.original, Arc::clone(&place))?,
            locks: Arc::new(opened.locks),
            place,
            known: Known::default(),
            held: Mutex::default(),
        })
    }

    /// What a head names.
    async fn sources(&self, head: &Apart) -> Result<HashMap<Hash, Source>, StoreError> {
        let mut sources = self.known.of(head.names());
        let missing: Vec<Hash> = head.names().filter(|name| !sources.contains_key(name)).collect();
        if !missing.is_empty() {
            let read = self.reader.read(move |db| sources::find(db, &missing)).await?;
            self.known.learn(read.values());
            sources.extend(read);
        }
        Ok(sources)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<(String, u64), File>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn create(&self, execution: &Execution) -> Result<(), StoreError> {
        let new = NewExecution::of(execution).map_err(|error| error.at(&self.place))?;
        self.writer.change(move |db| rows::create(db, &new)).await?;
        self.known.learn(execution.bundle.modules.values().map(|module| &module.source));
        Ok(())
    }

    async fn execution(&self, id: &str) -> Result<Execution, StoreError> {
        let name = id.to_owned();
        let json = self.reader.read(move |db| rows::execution(db, &name)).await?;
        let head = rows::head(id, &json).map_err(|error| error.at(&self.place))?;
        let sources = self.sources(&head).await?;
        let head = head.with(&sources);
        let head = head.map_err(|why| rows::unreadable_head(id, why).at(&self.place))?;
        whole::head(&self.place, id, head)
    }

    async fn list(&self) -> Result<Vec<Listed>, StoreError> {
        self.reader.read(rows::list).await
    }

    async fn find(&self, wanted: &Wanted) -> Result<Part, StoreError> {
        let wanted = wanted.clone();
        self.reader.read(move |db| standings::find(db, &wanted)).await
    }

    async fn append_standing(
        &self,
        lease: &Lease,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        let lease = lease.clone();
        let new = entries.iter().map(rows::NewEntry::of).collect::<Result<Vec<_>, _>>();
        let new = new.map_err(|error| error.at(&self.place))?;
        self.writer.change(move |db| rows::append(db, &lease, &new, standing)).await
    }

    async fn journal(&self, id: &str, from: u64) -> Result<Vec<Entry>, StoreError> {
        let name = id.to_owned();
        let rows = self.reader.read(move |db| rows::journal(db, &name, from)).await?;
        rows.read(&self.place, id, from)
    }

    async fn stored(&self, id: &str) -> Result<Stored, StoreError> {
        let id = id.to_owned();
        self.reader.read(move |db| bytes::stored(db, &id)).await
    }

    async fn chain_head(&self, id: &str) -> Result<Option<ChainHead>, StoreError> {
        let id = id.to_owned();
        self.reader.read(move |db| bytes::chain_head(db, &id)).await
    }

    async fn lease(&self, id: &str) -> Result<Option<LeaseRecord>, StoreError> {
        let id = id.to_owned();
        self.reader.read(move |db| Ok(known(db, &id)?.lease)).await
    }

    async fn take(
        &self,
        id: &str,
        holder: &str,
        seen: Option<&LeaseRecord>,
    ) -> Result<Lease, StoreError> {
        let (id, holder, seen) = (id.to_owned(), holder.to_owned(), seen.cloned());
        let locks = Arc::clone(&self.locks);
        let change = move |db: &_| {
            let lease = rows::take(db, &id, &holder, seen.as_ref())?;
            // Before the transaction commits: our lease is not to be seen without its lock.
            let lock = locks.hold(&lease)?;
            Ok((lease, lock))
        };
        let (lease, lock) = self.writer.change(change).await?;
        self.held().insert((lease.execution.clone(), lease.epoch), lock);
        self.locks.remove(&lease.execution, lease.epoch - 1);
        Ok(lease)
    }

    async fn holder_is_gone(&self, id: &str, seen: &LeaseRecord) -> Result<bool, StoreError> {
        let (locks, id, seen) = (Arc::clone(&self.locks), id.to_owned(), seen.clone());
        self.reader
            .read(move |db| {
                known(db, &id)?;
                Ok(seen.is_free() || locks.is_abandoned(&id, seen.epoch))
            })
            .await
    }

    async fn renew(&self, lease: &Lease) -> Result<(), StoreError> {
        let lease = lease.clone();
        self.writer.change(move |db| rows::renew(db, &lease)).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        let given = lease.clone();
        self.writer.change(move |db| rows::release(db, &given)).await?;
        // Also of a lease that was lost: the lock is of its epoch, and means nothing any more.
        if self.held().remove(&(lease.execution.clone(), lease.epoch)).is_some() {
            self.locks.remove(&lease.execution, lease.epoch);
        }
        Ok(())
    }

    async fn send(&self, id: &str, signal: &Signal) -> Result<u64, StoreError> {
        let (id, signal) = (id.to_owned(), signal.clone());
        self.writer.change(move |db| rows::send(db, &id, &signal)).await
    }

    async fn signals(&self, id: &str, after: u64) -> Result<Vec<(u64, Signal)>, StoreError> {
        let name = id.to_owned();
        let rows = self.reader.read(move |db| rows::signals(db, &name, after)).await?;
        let read = rows.rows().map(|(number, row)| {
            let read = serde_json::from_str(row);
            (number, read.unwrap_or_else(|error| Signal::unreadable(number, &error.to_string())))
        });
        Ok(read.collect())
    }

    fn archive(&self) -> Option<&dyn Archive> {
        Some(self)
    }

    async fn publish(&self, lease: &Lease, feed: &Feed) -> Result<(), StoreError> {
        let (lease, feed) = (lease.clone(), feed.clone());
        self.writer.change(move |db| feeds::publish(db, &lease, &feed)).await
    }

    async fn feed(&self, id: &str) -> Result<Feed, StoreError> {
        let id = id.to_owned();
        self.reader.read(move |db| feeds::feed(db, &id)).await
    }

    async fn watch(
        &self,
        marks: &[Mark],
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<Vec<String>, StoreError> {
        watching::watch(&self.reader, marks, clock, time).await
    }

    async fn any_news(
        &self,
        since: u64,
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<u64, StoreError> {
        watching::changed(&self.reader, since, clock, time).await
    }
}
