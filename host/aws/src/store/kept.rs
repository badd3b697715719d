//! What this process knows to be in the table.

use std::collections::BTreeSet;
use std::sync::Mutex;

use moontide_runtime::store::sources::Known;

/// What this process knows to be in the table.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) texts: Known,
    /// The digests of whole bundles.
    pub(super) bundles: Mutex<BTreeSet<String>>,
}
