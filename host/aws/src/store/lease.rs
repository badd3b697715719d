//! Leases: conditional updates of an execution's state.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    ReturnValuesOnConditionCheckFailure as Return, TransactWriteItem, Update,
    builders::UpdateBuilder,
};
use moontide_runtime::journal::Format;
use moontide_runtime::store::{Lease, LeaseRecord, Moved, Parcel, Seal, StoreError};

use super::arrival::{self, Arrival};
use super::item;
use super::keys::{self, Item};
use super::retry::{RetryBudget, Stopped, retried};
use super::signals;
use super::state::{self, State, state};
use super::table::Table;

/// Takes the lease, if it still is as `seen`.
pub(super) async fn take(
    table: &Table,
    id: &str,
    holder: &str,
    seen: Option<&LeaseRecord>,
) -> Result<Lease, StoreError> {
    // Refuses what a newer release wrote; a runner that comes too late anyway learns it without a write.
    let state = state(table, id).await?;
    state.is_open(id)?;
    let lease = Lease::take(id, holder, seen, state.lease.as_ref())?;
    let free = LeaseRecord { holder: String::new(), epoch: 0, beat: 0 };
    let (old, new) = (seen.unwrap_or(&free), lease.record());
    let nonce = keys::nonce();
    let request = || {
        update(table, id, &nonce)
            .update_expression(
                "SET #holder = :holder, #epoch = :epoch, #beat = :beat, #leased = :nonce",
            )
            .condition_expression(
                "#holder = :old_holder AND #epoch = :old_epoch AND #beat = :old_beat \
                 AND attribute_not_exists(#seal)",
            )
            .expression_attribute_names("#beat", keys::BEAT)
            .expression_attribute_names("#seal", keys::SEAL)
            .expression_attribute_values(":holder", keys::string(&new.holder))
            .expression_attribute_values(":epoch", keys::number(new.epoch))
            .expression_attribute_values(":beat", keys::number(new.beat))
            .expression_attribute_values(":old_holder", keys::string(&old.holder))
            .expression_attribute_values(":old_epoch", keys::number(old.epoch))
            .expression_attribute_values(":old_beat", keys::number(old.beat))
            .send()
    };
    match retried(table, RetryBudget::Usual, request).await {
        Ok(_) => Ok(lease),
        Err(Stopped::Condition(item)) => {
            let state = State::read(table, id, item.as_ref())?;
            if is_ours(item.as_ref(), &nonce) {
                return Ok(lease);
            }
            // It was sealed since it was read.
            state.is_open(id)?;
            let holder = state.lease.map(|record| record.holder).unwrap_or_default();
            Err(StoreError::Held { holder })
        }
        Err(stopped) => Err(stopped.unconditional(table)),
    }
}

/// Moves the beat of a lease that is still ours.
pub(super) async fn renew(table: &Table, lease: &Lease) -> Result<(), StoreError> {
    let nonce = keys::nonce();
    let request = || {
        held(table, lease, &nonce)
            .condition_expression(format!("{HELD} AND attribute_not_exists(#seal)"))
            .update_expression("SET #beat = #beat + :one, #leased = :nonce")
            .expression_attribute_names("#beat", keys::BEAT)
            .expression_attribute_names("#seal", keys::SEAL)
            .expression_attribute_values(":one", keys::number(1))
            .send()
    };
    match retried(table, RetryBudget::Beat, request).await {
        Ok(_) => Ok(()),
        Err(Stopped::Condition(item)) => {
            let state = State::read(table, &lease.execution, item.as_ref())?;
            if is_ours(item.as_ref(), &nonce) {
                return Ok(());
            }
            state.is_held(lease)?;
            Err(table.contradiction())
        }
        Err(stopped) => Err(stopped.unconditional(table)),
    }
}

/// Gives back a lease that is still ours, also that of an execution which its holder has sealed.
pub(super) async fn release(table: &Table, lease: &Lease) -> Result<(), StoreError> {
    let nonce = keys::nonce();
    let request = || {
        held(table, lease, &nonce).update_expression("SET #holder = :free, #leased = :nonce").send()
    };
    match retried(table, RetryBudget::Usual, request).await {
        Ok(_) => Ok(()),
        // It was lost already, or an earlier attempt has given it back.
        Err(Stopped::Condition(item)) => {
            State::read(table, &lease.execution, item.as_ref()).map(drop)
        }
        Err(stopped) => Err(stopped.unconditional(table)),
    }
}

/// Seals an execution whose lease is ours.
pub(super) async fn seal(
    table: &Table,
    lease: &Lease,
    seal: &Seal,
    (nonce, shown): (&str, Format),
) -> Result<(), StoreError> {
    sealed(table, lease, seal, (nonce, shown), Vec::new()).await.map(drop)
}

/// Seals an execution whose lease is ours, unless a signal was sent behind number `heard`; the nonce names the evidence
/// of one that is pruned. Returns whether it did.
pub(super) async fn seal_unless_sent(
    table: &Table,
    lease: &Lease,
    seal: &Seal,
    (nonce, shown, heard): (&str, Format, u64),
) -> Result<bool, StoreError> {
    let unsent = signals::none_at(table, &lease.execution, heard.saturating_add(1));
    sealed(table, lease, seal, (nonce, shown), vec![unsent]).await
}

async fn sealed(
    table: &Table,
    lease: &Lease,
    seal: &Seal,
    (nonce, shown): (&str, Format),
    beside: Vec<TransactWriteItem>,
) -> Result<bool, StoreError> {
    let update = Update::builder()
        .table_name(&table.name)
        .set_key(Some(keys::state(&lease.execution)))
        .update_expression(
            // The beat: a runner of an earlier release that has read the state before asks for that one only.
            "SET #seal = :seal, #evidence = :nonce, #leased = :nonce, #format = :format, \
             #beat = #beat + :one",
        )
        .condition_expression(
            "#holder = :holder AND #epoch = :epoch AND #leased <> :nonce \
             AND attribute_not_exists(#seal)",
        )
        .return_values_on_condition_check_failure(Return::AllOld)
        .expression_attribute_names("#holder", keys::HOLDER)
        .expression_attribute_names("#epoch", keys::EPOCH)
        .expression_attribute_names("#beat", keys::BEAT)
        .expression_attribute_names("#leased", keys::LEASED)
        .expression_attribute_names("#format", keys::FORMAT)
        .expression_attribute_names("#seal", keys::SEAL)
        .expression_attribute_names("#evidence", keys::EVIDENCE)
        .expression_attribute_values(":one", keys::number(1))
        .expression_attribute_values(":holder", keys::string(&lease.holder))
        .expression_attribute_values(":epoch", keys::number(lease.epoch))
        .expression_attribute_values(":nonce", keys::string(nonce))
        .expression_attribute_values(":format", keys::number(shown.0))
        .expression_attribute_values(":seal", keys::string(&state::json(seal)));
    let mut writes = vec![updated(update)];
    writes.extend(beside);
    let token = keys::nonce();
    let request = || {
        let request = table.client.transact_write_items().client_request_token(&token);
        request.set_transact_items(Some(writes.clone())).send()
    };
    match retried(table, RetryBudget::Usual, request).await {
        Ok(_) => Ok(true),
        Err(Stopped::Condition(Some(item))) if !item::is(&item, keys::SK, keys::STATE) => Ok(false),
        Err(Stopped::Condition(item)) => {
            let state = State::read(table, &lease.execution, item.as_ref())?;
            if state.seal.as_ref() == Some(seal) && state.evidence.as_deref() == Some(nonce) {
                return Ok(true);
            }
            state.is_held(lease)?;
            Err(table.contradiction())
        }
        Err(stopped) => Err(stopped.unconditional(table)),
    }
}

/// Lifts the seal of an execution that has not left, if it is this one.
pub(super) async fn lift(table: &Table, id: &str, moved: &Moved) -> Result<(), StoreError> {
    let (seal, nonce) = (Seal::Moved(moved.clone()), keys::nonce());
    let update = Update::builder()
        .table_name(&table.name)
        .set_key(Some(keys::state(id)))
        .update_expression("SET #leased = :nonce, #format = :format REMOVE #seal")
        .condition_expression("#seal = :seal")
        .return_values_on_condition_check_failure(Return::AllOld)
        .expression_attribute_names("#leased", keys::LEASED)
        .expression_attribute_names("#format", keys::FORMAT)
        .expression_attribute_names("#seal", keys::SEAL)
        .expression_attribute_values(":nonce", keys::string(&nonce))
        .expression_attribute_values(":format", keys::number(moved.format.0))
        .expression_attribute_values(":seal", keys::string(&state::json(&seal)));
    // An import that brings it back may have begun: it ends well, or is made again.
    let writes = vec![updated(update), arrival::none(table, id)];
    let request = || {
        let request = table.client.transact_write_items().client_request_token(&nonce);
        request.set_transact_items(Some(writes.clone())).send()
    };
    match retried(table, RetryBudget::Usual, request).await {
        Ok(_) => Ok(()),
        Err(Stopped::Condition(item)) if is_ours(item.as_ref(), &nonce) => Ok(()),
        Err(Stopped::Condition(Some(item))) if arrival::is_it(&item) => {
            Err(arrival::expected(table, id))
        }
        Err(Stopped::Condition(item)) => State::read(table, id, item.as_ref())?.is_open(id),
        Err(stopped) => Err(stopped.unconditional(table)),
    }
}

/// Lifts the seal of an execution that was moved from here and is back, if it is as it was `before`; in the same
/// transaction the list learns where it stands, and its documents arrive.
pub(super) async fn come_back(
    arrival: &Arrival<'_>,
    table: &Table,
    (parcel, before): (&Parcel, &Parcel),
    beside: Vec<TransactWriteItem>,
    nonce: &str,
) -> Result<(), StoreError> {
    let Some(seal) = &before.seal else { return Err(StoreError::Exists(parcel.id.clone())) };
    let update = Update::builder()
        .table_name(&table.name)
        .set_key(Some(keys::state(&parcel.id)))
        .update_expression(
            "SET #holder = :free, #epoch = :epoch, #last = :last, #leased = :nonce, \
             #format = :format REMOVE #seal",
        )
        .expression_attribute_names("#format", keys::FORMAT)
        .expression_attribute_values(":format", keys::number(parcel.format.0))
        .condition_expression("#seal = :seal AND #last = :before")
        .return_values_on_condition_check_failure(Return::AllOld)
        .expression_attribute_names("#holder", keys::HOLDER)
        .expression_attribute_names("#epoch", keys::EPOCH)
        .expression_attribute_names("#leased", keys::LEASED)
        .expression_attribute_names("#last", keys::LAST)
        .expression_attribute_names("#seal", keys::SEAL)
        .expression_attribute_values(":nonce", keys::string(nonce))
        .expression_attribute_values(":free", keys::string(""))
        .expression_attribute_values(":epoch", keys::number(parcel.epoch))
        .expression_attribute_values(":last", keys::number(state::last(parcel)))
        .expression_attribute_values(":before", keys::number(state::last(before)))
        .expression_attribute_values(":seal", keys::string(&state::json(seal)));
    let mut writes = vec![updated(update), arrival.end()];
    writes.extend(beside);
    // Not the nonce, which is the same at every attempt: DynamoDB remembers what it granted for ten minutes.
    let token = keys::nonce();
    let request = || {
        let request = table.client.transact_write_items().client_request_token(&token);
        request.set_transact_items(Some(writes.clone())).send()
    };
    match retried(table, RetryBudget::Usual, request).await {
        Ok(_) => Ok(()),
        Err(Stopped::Condition(item)) if is_ours(item.as_ref(), nonce) => Ok(()),
        Err(Stopped::Condition(item)) if item.as_ref().is_none_or(arrival::is_it) => {
            Err(arrival.overtaken())
        }
        Err(Stopped::Condition(_)) => Err(StoreError::Exists(parcel.id.clone())),
        Err(stopped) => Err(stopped.unconditional(table)),
    }
}

/// Part of a transaction.
fn updated(update: UpdateBuilder) -> TransactWriteItem {
    #[expect(clippy::expect_used, reason = "its callers give all that an update must have")]
    let update = update.build().expect("an update has a table, a key and an expression");
    TransactWriteItem::builder().update(update).build()
}

/// The lease is still ours, and the update was not made before.
const HELD: &str =
    "#holder = :holder AND #holder <> :free AND #epoch = :epoch AND #leased <> :nonce";

/// An update under the condition that the lease is still ours, and that it was not made before.
fn held(table: &Table, lease: &Lease, nonce: &str) -> UpdateItemFluentBuilder {
    update(table, &lease.execution, nonce)
        .condition_expression(HELD)
        .expression_attribute_values(":free", keys::string(""))
        .expression_attribute_values(":holder", keys::string(&lease.holder))
        .expression_attribute_values(":epoch", keys::number(lease.epoch))
}

/// An update of a state that shows the state if its condition fails.
fn update(table: &Table, id: &str, nonce: &str) -> UpdateItemFluentBuilder {
    table
        .leases
        .update_item()
        .table_name(&table.name)
        .set_key(Some(keys::state(id)))
        .return_values_on_condition_check_failure(Return::AllOld)
        .expression_attribute_names("#holder", keys::HOLDER)
        .expression_attribute_names("#epoch", keys::EPOCH)
        .expression_attribute_names("#leased", keys::LEASED)
        .expression_attribute_values(":nonce", keys::string(nonce))
}

fn is_ours(item: Option<&Item>, nonce: &str) -> bool {
    item.is_some_and(|item| item::is(item, keys::LEASED, nonce))
}
