//! A drill of which nothing is left to clean up owes nothing more.

use jiff::Timestamp;
use moontide_runtime::clock::Clock as _;
use moontide_runtime::store::{Obligation, StoreError};

use crate::cleanup::begun::Begun;
use crate::clocks::SystemClock;
use crate::error::Result;
use crate::operator::Operator;
use crate::runner::owed::LOOKS;
use crate::view::Record;
use crate::whoami;

/// The operator, and the time.
pub(super) fn us(operator: &Operator) -> (String, Timestamp) {
    (whoami::user(&operator.environment), SystemClock::new().now())
}

/// What others have changed meanwhile is theirs.
pub(super) fn unless_changed(changed: Result<Obligation, StoreError>) -> Result<()> {
    match changed {
        Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// What is owed for a drill is done, if nothing of the drill is left to clean up. What another carrier writes meanwhile
/// does not make it undone: it is looked at again.
pub async fn settle(operator: &Operator, id: &str) -> Result<()> {
    for _ in 0..LOOKS {
        let record = Record::load(operator.store.as_ref(), id).await?;
        let open = record.obligation.as_ref().filter(|it| it.is_open());
        let done = open.filter(|_| record.is_over() && !record.has_instances);
        let Some(obligation) = done else { return Ok(()) };
        if settled(operator, obligation).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// It is done, by the last cleanup that there is; `false`: it was changed meanwhile.
pub(super) async fn settled(operator: &Operator, obligation: &Obligation) -> Result<bool> {
    let store = operator.store.as_ref();
    let last = Begun::of(store, &obligation.execution).await?.last();
    let (user, now) = us(operator);
    let carried_by = last.as_ref().map(|it| it.id.as_str());
    match obligation.settle(store, carried_by, (&user, now)).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
