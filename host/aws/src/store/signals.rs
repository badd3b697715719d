//! Signals: items that are numbered without gaps, so that a reader who has seen number n misses none.

use aws_sdk_dynamodb::types::{
    ConditionCheck, Put, ReturnValuesOnConditionCheckFailure as Return, TransactWriteItem,
};
use moontide_runtime::store::{Signal, StoreError};

use super::item::{self, Damage};
use super::keys::{self, Item, SK};
use super::listing;
use super::retry::{RetryBudget, Stopped, retried};
use super::state::{State, state, state_within};
use super::table::Table;
use super::text;

/// Leaves a signal; returns its number.
pub(super) async fn send(table: &Table, id: &str, signal: &Signal) -> Result<u64, StoreError> {
    let state = state(table, id).await?;
    state.is_open(id)?;
    let listed = state.listed;
    let nonce = keys::nonce();
    let mut said = Item::new();
    said.insert(keys::NONCE.to_owned(), keys::string(&nonce));
    text::put(table, &mut said, signal, &nonce, RetryBudget::Usual).await?;
    // A counter would be quicker where many send at once; but a number that was taken by a sender who
    // died would then be missing for ever, or arrive after its successors.
    let mut number = last(table, id).await? + 1;
    loop {
        let mut item = said.clone();
        item.extend(keys::key(&keys::partition(id), &keys::signal_sk(number)));
        // Together: what is sent to an execution that is sealed meanwhile would be read by no runner.
        let writes = vec![unsealed(table, id), put(table, item)];
        let request =
            || table.client.transact_write_items().set_transact_items(Some(writes.clone())).send();
        match retried(table, RetryBudget::Usual, request).await {
            Ok(_) => break,
            Err(Stopped::Condition(Some(item))) if item::is(&item, SK, keys::STATE) => {
                // An earlier attempt of this may have come before the seal.
                if is_there(table, id, number, &nonce).await? {
                    break;
                }
                State::read(table, id, Some(&item))?.is_open(id)?;
                return Err(table.contradiction());
            }
            Err(Stopped::Condition(Some(item))) if item::is(&item, keys::NONCE, &nonce) => break,
            // Another sender has got this number.
            Err(Stopped::Condition(_)) => number += 1,
            Err(stopped) => return Err(stopped.unconditional(table)),
        }
    }
    if let Some(listed) = listed {
        listing::sent(table, &listed, number).await;
    }
    Ok(number)
}

/// Part of a transaction: the execution is not sealed.
fn unsealed(table: &Table, id: &str) -> TransactWriteItem {
    let check = ConditionCheck::builder()
        .table_name(&table.name)
        .set_key(Some(keys::state(id)))
        .condition_expression("attribute_exists(#pk) AND attribute_not_exists(#seal)")
        .expression_attribute_names("#pk", keys::PK)
        .expression_attribute_names("#seal", keys::SEAL)
        .return_values_on_condition_check_failure(Return::AllOld);
    #[expect(clippy::expect_used, reason = "what a check must have is given above")]
    let check = check.build().expect("a check has a table, a key and a condition");
    TransactWriteItem::builder().condition_check(check).build()
}

/// Part of a transaction: no signal with this number was sent.
pub(super) fn none_at(table: &Table, id: &str, number: u64) -> TransactWriteItem {
    let check = ConditionCheck::builder()
        .table_name(&table.name)
        .set_key(Some(keys::key(&keys::partition(id), &keys::signal_sk(number))))
        .condition_expression("attribute_not_exists(#pk)")
        .expression_attribute_names("#pk", keys::PK)
        .return_values_on_condition_check_failure(Return::AllOld);
    #[expect(clippy::expect_used, reason = "what a check must have is given above")]
    let check = check.build().expect("a check has a table, a key and a condition");
    TransactWriteItem::builder().condition_check(check).build()
}

/// Part of a transaction: writes a signal where there is none.
fn put(table: &Table, item: Item) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(&table.name)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(#pk)")
        .expression_attribute_names("#pk", keys::PK)
        .return_values_on_condition_check_failure(Return::AllOld);
    #[expect(clippy::expect_used, reason = "what a put must have is given above")]
    let put = put.build().expect("a put has a table and an item");
    TransactWriteItem::builder().put(put).build()
}

/// Whether the signal with this number is the one that the request with this nonce has written.
async fn is_there(table: &Table, id: &str, number: u64, nonce: &str) -> Result<bool, StoreError> {
    let key = keys::key(&keys::partition(id), &keys::signal_sk(number));
    Ok(table.get(key).await?.is_some_and(|item| item::is(&item, keys::NONCE, nonce)))
}

/// The number of the last signal; 0 if there is none.
async fn last(table: &Table, id: &str) -> Result<u64, StoreError> {
    let (from, to) = (keys::signal_sk(0), keys::signal_sk(u64::MAX));
    let item = table.last_key(&keys::partition(id), &from, &to, RetryBudget::Usual).await?;
    item.map_or(Ok(0), |item| number(&item))
        .map_err(|damage| table.damaged(&format!("a signal of execution `{id}`"), &damage))
}

fn number(item: &Item) -> Result<u64, Damage> {
    let sk = item::text(item, SK)?;
    let number = sk.strip_prefix("signal#").and_then(|number| number.parse().ok());
    number.ok_or_else(|| Damage(format!("`{sk}` is not the key of a signal")))
}

/// The signals after number `after`.
pub(super) async fn read(
    table: &Table,
    id: &str,
    after: u64,
) -> Result<Vec<(u64, Signal)>, StoreError> {
    // A command that only looks waits for them too. The runner asks again soon.
    let patience = RetryBudget::Usual;
    let (pk, to) = (keys::partition(id), keys::signal_sk(u64::MAX));
    let from = keys::signal_sk(after.saturating_add(1));
    let (_, items) = futures_util::try_join!(
        state_within(table, id, patience),
        table.range(&pk, &from, &to, patience),
    )?;
    let mut signals = Vec::with_capacity(items.len());
    for item in items {
        let what = || format!("a signal of execution `{id}`");
        let number = number(&item).map_err(|damage| table.damaged(&what(), &damage))?;
        if number > after {
            let json = text::get_json(table, &item, what, patience).await?;
            let signal = serde_json::from_str(&json)
                .unwrap_or_else(|error| Signal::unreadable(number, &error.to_string()));
            signals.push((number, signal));
        }
    }
    Ok(signals)
}
