//! What holds a claim here, and has ended in the store that it was moved to.

use moontide_runtime::store::claims::{Held, Stands};
use moontide_runtime::store::{Moved, Seal, Store};

use super::take_out;
use crate::error::Result;
use crate::stores::Address;
use crate::stores::identity;
use crate::view::Record;

/// Lifts the claims of those that are over, if all are. What cannot be asked, or goes on, keeps them.
pub(super) async fn lift(store: &dyn Store, others: &[Held]) -> Result<bool> {
    for other in others {
        let Stands::Moved(moved) = &other.stands else { return Ok(false) };
        if !is_over(moved, &other.holder.execution).await {
            return Ok(false);
        }
    }
    for other in others {
        take_out(store, &other.holder).await?;
    }
    Ok(true)
}

/// Whether it is certainly over there.
async fn is_over(moved: &Moved, id: &str) -> bool {
    let Some(wanted) = &moved.store else { return false };
    let target = Address::parse(&moved.to).and_then(|address| address.open_existing());
    let Ok(target) = target else { return false };
    let is_it = identity::known(target.as_ref()).await.is_ok_and(|it| it.as_ref() == Some(wanted));
    let record = Record::load(target.as_ref(), id).await;
    is_it && record.is_ok_and(|it| it.is_over() && !matches!(it.seal, Some(Seal::Moved(_))))
}
