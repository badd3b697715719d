//! The archive of a file.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{SqliteStore, parcels, prune, room, rows, seals};
use crate::history::Entry;
use crate::store::cut::Cut;
use crate::store::{Archive, Lease, Moved, Parcel, Pruned, Seal, StoreError};

#[async_trait]
impl Archive for SqliteStore {
    async fn seal(&self, id: &str) -> Result<Option<Seal>, StoreError> {
        let id = id.to_owned();
        self.reader.read(move |db| seals::seal(db, &id)).await
    }

    async fn prune(
        &self,
        lease: &Lease,
        (heard, at): (u64, Timestamp),
        by: &str,
    ) -> Result<Option<Pruned>, StoreError> {
        let id = lease.execution.clone();
        let journal = self.reader.read(move |db| rows::journal(db, &id, 1)).await?;
        let entries: Vec<Entry> = journal.read(&self.place, &lease.execution, 1)?;
        let Cut { kept, pruned } = Cut::of(journal.texts().zip(&entries), at, by);
        let (lease, last) = (lease.clone(), entries.last().map_or(0, |entry| entry.sequence));
        let seal = Seal::Pruned(pruned.clone());
        let cut = move |db: &_| prune::prune(db, &lease, &kept, &seal, (last, heard));
        Ok(self.writer.change(cut).await?.then_some(pruned))
    }

    async fn sweep(&self, _id: &str) -> Result<(), StoreError> {
        // A transaction leaves nothing behind.
        Ok(())
    }

    async fn reclaim(&self) -> Result<u64, StoreError> {
        self.writer.change(super::sources::forget).await?;
        loop {
            let room::Free { bytes, is_collected } = self.reader.read(room::free).await?;
            if bytes == 0 || !is_collected {
                return Ok(bytes);
            }
            self.writer.change(room::give_back).await?;
        }
    }

    async fn export(&self, id: &str) -> Result<Parcel, StoreError> {
        let id = id.to_owned();
        self.reader.read(move |db| parcels::export(db, &id)).await
    }

    async fn part(&self, lease: &Lease, moved: &Moved) -> Result<(), StoreError> {
        let (lease, seal) = (lease.clone(), Seal::Moved(moved.clone()));
        self.writer.change(move |db| seals::put(db, &lease, &seal)).await
    }

    async fn lift(&self, id: &str, moved: &Moved) -> Result<(), StoreError> {
        let (id, moved) = (id.to_owned(), moved.clone());
        self.writer.change(move |db| seals::lift(db, &id, &moved)).await
    }

    async fn expect(&self, _id: &str) -> Result<(), StoreError> {
        // A file that can be written to at all.
        self.writer.change(|_| Ok(())).await
    }

    async fn import(&self, parcel: &Parcel) -> Result<(), StoreError> {
        let unpacked = parcel.unpack(&self.place)?;
        let new = parcels::New::of(parcel.clone(), &unpacked);
        let new = new.map_err(|error| error.at(&self.place))?;
        self.writer.change(move |db| parcels::import(db, &new)).await
    }
}
