//! What a file keeps beside executions.

use async_trait::async_trait;

use super::known::{known, to_json};
use super::{SqliteStore, belongings};
use crate::history::Key;
use crate::store::StoreError;
use crate::store::documents::{Change, Document, Documents, check_names};

#[async_trait]
impl Documents for SqliteStore {
    async fn document(&self, kind: &str, name: &str) -> Result<Option<Document>, StoreError> {
        check_names(kind, name)?;
        let (kind, name) = (kind.to_owned(), name.to_owned());
        self.reader.read(move |db| belongings::document(db, &kind, &name)).await
    }

    async fn documents(&self, kind: &str, prefix: &str) -> Result<Vec<Document>, StoreError> {
        let (kind, prefix) = (kind.to_owned(), prefix.to_owned());
        self.reader.read(move |db| belongings::documents(db, &kind, &prefix)).await
    }

    async fn change(&self, wanted: &Change) -> Result<u64, StoreError> {
        wanted.check()?;
        let body = wanted.body.as_ref().map(to_json).transpose();
        let body = body.map_err(|error| error.at(&self.place))?;
        let wanted = wanted.clone();
        self.writer.change(move |db| belongings::change(db, &wanted, body.as_deref())).await
    }

    async fn changed(&self, execution: &str, key: &Key) -> Result<Option<u64>, StoreError> {
        let (execution, key) = (execution.to_owned(), key.clone());
        self.reader.read(move |db| belongings::mark(db, known(db, &execution)?.number, &key)).await
    }
}
