//! Documents in memory.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use async_trait::async_trait;

use super::MemoryStore;
use crate::history::Key;
use crate::store::StoreError;
use crate::store::documents::{Change, Document, Documents, check_names};

/// Documents by kind and name.
pub(super) type Kept = BTreeMap<(String, String), Place>;

/// What there is of a document.
#[derive(Debug)]
pub(super) struct Place {
    /// Its last version.
    last: u64,
    /// It, unless it was deleted.
    document: Option<Document>,
}

impl MemoryStore {
    fn kept_documents(&self) -> MutexGuard<'_, Kept> {
        // Nothing in here panics half-way through a change.
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes a change; returns the version, and whether anything was written.
fn make(documents: &mut Kept, change: &Change) -> Result<(u64, bool), StoreError> {
    let key = (change.kind.clone(), change.name.clone());
    let place = documents.get(&key);
    let (last, is_there) = place.map_or((0, false), |place| (place.last, place.document.is_some()));
    let Some(version) = change.decide(last, is_there)? else { return Ok((last, false)) };
    let document = change.body.clone().map(|body| Document {
        kind: change.kind.clone(),
        name: change.name.clone(),
        version,
        body,
        written_at: change.at,
        written_by: change.by.clone(),
    });
    documents.insert(key, Place { last: version, document });
    Ok((version, true))
}

#[async_trait]
impl Documents for MemoryStore {
    async fn document(&self, kind: &str, name: &str) -> Result<Option<Document>, StoreError> {
        check_names(kind, name)?;
        let documents = self.kept_documents();
        let place = documents.get(&(kind.to_owned(), name.to_owned()));
        Ok(place.and_then(|place| place.document.clone()))
    }

    async fn documents(&self, kind: &str, prefix: &str) -> Result<Vec<Document>, StoreError> {
        let documents = self.kept_documents();
        let from = documents.range((kind.to_owned(), prefix.to_owned())..);
        let wanted = from.take_while(|((of, name), _)| of == kind && name.starts_with(prefix));
        Ok(wanted.filter_map(|(_, place)| place.document.clone()).collect())
    }

    async fn change(&self, change: &Change) -> Result<u64, StoreError> {
        change.check()?;
        let mut documents = self.kept_documents();
        let Some(behalf) = &change.behalf else {
            return make(&mut documents, change).map(|(version, _)| version);
        };
        self.with(&behalf.lease.execution, |kept| {
            behalf.lease.check(kept.lease.as_ref())?;
            if let Some(version) = kept.marks.get(behalf.key.as_str()) {
                return Ok(*version);
            }
            let (version, is_written) = make(&mut documents, change)?;
            if is_written {
                kept.marks.insert(behalf.key.to_string(), version);
            }
            Ok(version)
        })
    }

    async fn changed(&self, execution: &str, key: &Key) -> Result<Option<u64>, StoreError> {
        self.with(execution, |kept| Ok(kept.marks.get(key.as_str()).copied()))
    }
}
