//! How much of an execution is not told yet: what waits in the queue, and what its journal holds behind that.

use moontide_runtime::journal::Execution;
use moontide_runtime::store::{Store, StoreError};

use super::queue::{Followed, Item, Standing};
use super::told::{Teller, behind};

/// How many events of an execution wait for a receiver, or are not even queued. Of one that no receiver follows there
/// are none.
pub async fn untold(store: &dyn Store, execution: &Execution) -> Result<usize, StoreError> {
    let items = Item::all(store, None).await?;
    let waits = |it: &&Item| {
        it.terms.standing == Standing::Waits && it.terms.event.execution == execution.id
    };
    let waiting = items.iter().filter(waits).count();
    let Some(followed) = Followed::of(store, execution).await? else { return Ok(waiting) };
    let mut teller = Teller::new(execution);
    let mut unqueued = 0;
    for entry in store.journal(&execution.id, 1).await? {
        let told = behind(&mut teller, &entry).len();
        if entry.sequence > followed.sequence {
            unqueued += told;
        }
    }
    Ok(waiting + unqueued)
}
