//! Tables of the emulator.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use moontide_aws::{DynamoStore, Session};
use moontide_runtime::store::Store;

use crate::dynamo::Dynamo;

/// The Region that all of it pretends to be in.
pub(crate) const REGION: &str = "us-west-2";

/// A table of its own.
pub(crate) struct Place {
    pub(crate) table: String,
}

impl Place {
    /// A name that no other test has; the table is not there yet.
    pub(crate) fn unmade() -> Place {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        Place { table: format!("moontide-{}", NUMBER.fetch_add(1, Ordering::Relaxed)) }
    }

    /// A new store.
    pub(crate) async fn in_a_table() -> Place {
        let place = Place::unmade();
        place.at(&Dynamo::shared().endpoint()).initialise().await.unwrap();
        place
    }

    /// The store, opened once more.
    pub(crate) fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.at(&Dynamo::shared().endpoint()))
    }

    /// The store, reached by this address.
    pub(crate) fn at(&self, endpoint: &str) -> DynamoStore {
        DynamoStore::within(&Session::pretend_at(endpoint), REGION, &self.table)
    }
}
