//! Appending: one transaction that makes the journal longer if the lease holds and it ends where the
//! entries begin.
//!
//! All entries of an append are one item, so however many there are, it is all or none.

use aws_sdk_dynamodb::types::{
    Put, ReturnValuesOnConditionCheckFailure as Return, TransactWriteItem, Update,
};
use moontide_runtime::journal::Entry;
use moontide_runtime::store::{Lease, Standing, StoreError, append};

use super::chain::{self, Tip};
use super::item;
use super::keys::{self, Item};
use super::listing;
use super::retry::{RetryBudget, Stopped, retried};
use super::state::{State, state_within};
use super::table::Table;
use super::text;

/// Appends entries. `tip` is where the journal ended when this store appended to it last.
pub(super) async fn append(
    table: &Table,
    lease: &Lease,
    entries: &[Entry],
    standing: Option<Standing>,
    tip: &mut Option<Tip>,
) -> Result<(), StoreError> {
    let id = &lease.execution;
    let Some((first, last)) = ends(lease, entries) else {
        // Nothing to write, or nothing that could be written: the store's own state says which.
        let state = state_within(table, id, RetryBudget::Execution).await?;
        append::check(lease, state.lease.as_ref(), state.last, entries)?;
        return state.is_open(id);
    };
    let nonce = keys::nonce();
    let mut item = keys::key(&keys::partition(id), &keys::journal_sk(first));
    item.insert(keys::LAST.to_owned(), keys::number(last));
    item.insert(keys::NONCE.to_owned(), keys::string(&nonce));
    let known = tip.take().filter(|tip| tip.is_before(lease, first));
    let before = match known {
        Some(tip) => tip,
        None => chain::tip(table, lease, entries).await?,
    };
    let (json, after) = before.extend(table, lease, entries)?;
    text::put_json(table, &mut item, json, &nonce, RetryBudget::Execution).await?;
    let mut writes = vec![longer(table, lease, first, last, &nonce), put(table, item)];
    let listed = before.listed.as_deref().zip(standing);
    writes.extend(listed.map(|(listed, standing)| listing::stands(table, listed, standing)));
    let request = || {
        let request = table.client.transact_write_items().client_request_token(&nonce);
        request.set_transact_items(Some(writes.clone())).send()
    };
    match retried(table, RetryBudget::Execution, request).await {
        Ok(_) => {
            *tip = Some(after);
            Ok(())
        }
        Err(Stopped::Condition(item)) => {
            if is_ours(table, id, first, item.as_ref(), &nonce).await? {
                *tip = Some(after);
                return Ok(());
            }
            let state = State::read(table, id, item.as_ref())?;
            state.is_held(lease)?;
            append::check(lease, state.lease.as_ref(), state.last, entries)?;
            Err(table.contradiction())
        }
        Err(stopped) => Err(stopped.unconditional(table)),
    }
}

/// The numbers of the first and the last entry, if they are of this lease and follow one another.
fn ends(lease: &Lease, entries: &[Entry]) -> Option<(u64, u64)> {
    let first = entries.first()?.sequence;
    let before = first.checked_sub(1)?;
    append::check(lease, Some(&lease.record()), before, entries).ok()?;
    Some((first, entries.last()?.sequence))
}

/// Moves the end of the journal, if the lease holds, nothing is sealed, and the journal ends before entry number `first`.
fn longer(table: &Table, lease: &Lease, first: u64, last: u64, nonce: &str) -> TransactWriteItem {
    let update = Update::builder()
        .table_name(&table.name)
        .set_key(Some(keys::state(&lease.execution)))
        .update_expression("SET #last = :last, #appended = :nonce")
        .condition_expression(
            "#holder = :holder AND #epoch = :epoch AND #last = :before AND attribute_not_exists(#seal)",
        )
        .return_values_on_condition_check_failure(Return::AllOld)
        .expression_attribute_names("#holder", keys::HOLDER)
        .expression_attribute_names("#epoch", keys::EPOCH)
        .expression_attribute_names("#last", keys::LAST)
        .expression_attribute_names("#appended", keys::APPENDED)
        .expression_attribute_names("#seal", keys::SEAL)
        .expression_attribute_values(":holder", keys::string(&lease.holder))
        .expression_attribute_values(":epoch", keys::number(lease.epoch))
        .expression_attribute_values(":before", keys::number(first - 1))
        .expression_attribute_values(":last", keys::number(last))
        .expression_attribute_values(":nonce", keys::string(nonce));
    #[expect(clippy::expect_used, reason = "what an update must have is given above")]
    let update = update.build().expect("an update has a table, a key and an expression");
    TransactWriteItem::builder().update(update).build()
}

fn put(table: &Table, item: Item) -> TransactWriteItem {
    let put = Put::builder().table_name(&table.name).set_item(Some(item));
    #[expect(clippy::expect_used, reason = "what a put must have is given above")]
    let put = put.build().expect("a put has a table and an item");
    TransactWriteItem::builder().put(put).build()
}

/// Whether an earlier attempt of the append with this nonce has succeeded, where the state is `state`
/// now. Another runner may have taken over and appended since, so if the state does not say, the entries do.
async fn is_ours(
    table: &Table,
    id: &str,
    first: u64,
    state: Option<&Item>,
    nonce: &str,
) -> Result<bool, StoreError> {
    if state.is_some_and(|state| item::is(state, keys::APPENDED, nonce)) {
        return Ok(true);
    }
    let key = keys::key(&keys::partition(id), &keys::journal_sk(first));
    let written = table.try_get(key, RetryBudget::Execution).await;
    let written = written.map_err(|stopped| stopped.unconditional(table))?;
    Ok(written.is_some_and(|item| item::is(&item, keys::NONCE, nonce)))
}
