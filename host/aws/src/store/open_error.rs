//! Why there is no store.

use moontide_runtime::store::StoreError;

use crate::session::SessionError;

/// Why a table cannot be opened or made.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no session.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// There is no such table in this Region.
    #[error("{place}: there is no such table")]
    Missing {
        /// The store.
        place: String,
    },
    /// There is a table, and it was not made a store.
    #[error("{place}: the table is there, and is not a store yet")]
    NotInitialised {
        /// The store.
        place: String,
    },
    /// Anything else.
    #[error(transparent)]
    Store(#[from] StoreError),
}
