//! An obligation in the hands of a carrier, who carries it out by a cleanup.

use std::cell::RefCell;

use moontide_runtime::clock::Clock as _;
use moontide_runtime::store::obligations::Progress;
use moontide_runtime::store::{Obligation, Store};

use crate::clocks::SystemClock;
use crate::error::Result;

/// An obligation that was taken, or is about to be.
pub struct Taking {
    /// The carrier.
    user: String,
    obligation: RefCell<Obligation>,
}

impl Taking {
    /// An obligation that this user is about to take.
    pub fn by(user: String, obligation: Obligation) -> Taking {
        Taking { user, obligation: RefCell::new(obligation) }
    }

    /// Chooses the execution that carries it out. Where another carrier has chosen, or the operator has dropped it,
    /// this is [`moontide_runtime::store::StoreError::Conflict`].
    pub async fn take(&self, store: &dyn Store, id: &str) -> Result<()> {
        let seen = self.obligation.borrow().clone();
        let taken = seen.take(store, id, (&self.user, SystemClock::new().now())).await?;
        *self.obligation.borrow_mut() = taken;
        Ok(())
    }

    /// Whether an operator does not want it any more.
    pub async fn is_dropped(&self, store: &dyn Store) -> Result<bool> {
        let seen = self.obligation.borrow().clone();
        let now = look(store, &seen).await?;
        Ok(now.is_none_or(|it| matches!(it.terms.state, Progress::Dropped { .. })))
    }
}

/// What has become of an obligation.
pub async fn look(store: &dyn Store, seen: &Obligation) -> Result<Option<Obligation>> {
    let all = Obligation::all(store, Some(&seen.execution)).await?.into_iter().flatten();
    let mut same = all.filter(|it| it.nonce == seen.nonce && it.terms.what == seen.terms.what);
    Ok(same.next())
}
