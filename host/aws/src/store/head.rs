//! Heads of executions, and the list of them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    Put, ReturnValuesOnConditionCheckFailure as Return, TransactWriteItem,
};
use moontide_runtime::journal::Execution;
use moontide_runtime::store::sources::{Apart, Parted};
use moontide_runtime::store::{Listed, Parcel, StoreError, whole};

use super::arrival::{self, Arrival};
use super::batch;
use super::item::{self, Damage};
use super::keys::{self, Item};
use super::listing;
use super::retry::{Pauses, RetryBudget, Stopped, retried};
use super::sources;
use super::state;
use super::table::Table;
use super::text;

/// Writes the head of a new execution, its state, and its place in the list.
pub(super) async fn create(table: &Table, execution: &Execution) -> Result<(), StoreError> {
    let nonce = keys::nonce();
    let id = &execution.id;
    let mut head = keys::head(id);
    head.insert(keys::FORMAT.to_owned(), keys::number(execution.format.0));
    let parted = Parted::of(execution)
        .map_err(|error| table.damaged("what should be stored", &Damage(error.to_string())))?;
    if !parted.sources.is_empty() {
        sources::keep(table, execution).await?;
    }
    text::put_json(table, &mut head, parted.head, &nonce, RetryBudget::Usual).await?;
    let state = state::begin(id, execution.format, &listing::key_of(execution), &nonce);
    let expects_none = arrival::none(table, id);
    match begin(table, (state, head, listed(execution)), vec![expects_none], &nonce).await {
        Err(Stopped::Condition(Some(item))) if arrival::is_it(&item) => {
            Err(arrival::expected(table, id))
        }
        begun => refused_unless_new(table, id, begun),
    }
}

/// Writes the head of an execution that comes from another store, the state that it has there, and its place in the
/// list.
pub(super) async fn arrive(
    (arrival, mut beside): (&Arrival<'_>, Vec<TransactWriteItem>),
    table: &Table,
    parcel: &Parcel,
    execution: &Execution,
    (state, nonce): (Item, &str),
) -> Result<(), StoreError> {
    let mut head = keys::head(&parcel.id);
    head.insert(keys::FORMAT.to_owned(), keys::number(parcel.format.0));
    let parts = format!("{nonce}-head");
    text::put_json(table, &mut head, parcel.head.clone(), &parts, RetryBudget::Usual).await?;
    let mut listed = listed(execution);
    listed.extend(listing::arrive(parcel));
    beside.push(arrival.end());
    match begin(table, (state, head, listed), beside, nonce).await {
        Err(Stopped::Condition(item)) if item.as_ref().is_none_or(arrival::is_it) => {
            Err(arrival.overtaken())
        }
        begun => refused_unless_new(table, &parcel.id, begun),
    }
}

/// Writes the three, if there is no such execution, and something that must hold beside.
async fn begin(
    table: &Table,
    (state, head, listed): (Item, Item, Item),
    beside: Vec<TransactWriteItem>,
    nonce: &str,
) -> Result<(), Stopped> {
    let items = [(state, true), (head, false), (listed, false)];
    let mut writes: Vec<_> = items.into_iter().map(|(item, new)| put(table, item, new)).collect();
    writes.extend(beside);
    // Not the nonce: that of an execution which arrives is the same in every table and at every attempt, and DynamoDB
    // would take what it remembers of one for the other.
    let token = keys::nonce();
    let request = || {
        let request = table.client.transact_write_items().client_request_token(&token);
        request.set_transact_items(Some(writes.clone())).send()
    };
    let is_ours = |item: &Item| !arrival::is_it(item) && item::is(item, keys::NONCE, nonce);
    match retried(table, RetryBudget::Usual, request).await {
        Ok(_) => Ok(()),
        Err(Stopped::Condition(Some(item))) if is_ours(&item) => Ok(()),
        Err(stopped) => Err(stopped),
    }
}

fn refused_unless_new(
    table: &Table,
    id: &str,
    begun: Result<(), Stopped>,
) -> Result<(), StoreError> {
    begun.map_err(|stopped| match stopped {
        Stopped::Condition(_) => StoreError::Exists(id.to_owned()),
        stopped => stopped.unconditional(table),
    })
}

fn listed(execution: &Execution) -> Item {
    let mut item = keys::listed(execution.created_at.as_microsecond(), &execution.id);
    item.extend([
        (keys::ID.to_owned(), keys::string(&execution.id)),
        (keys::RUNBOOK.to_owned(), keys::string(&execution.plan.name)),
        (keys::CREATED_AT.to_owned(), keys::string(&execution.created_at.to_string())),
    ]);
    item.extend(listing::begin(execution));
    item
}

/// Part of a transaction: writes an item, if `new` only where there is none.
fn put(table: &Table, item: Item, new: bool) -> TransactWriteItem {
    let mut put = Put::builder().table_name(&table.name).set_item(Some(item));
    if new {
        put = put
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", keys::PK)
            .return_values_on_condition_check_failure(Return::AllOld);
    }
    #[expect(clippy::expect_used, reason = "what a put must have is given above")]
    let put = put.build().expect("a put has a table and an item");
    TransactWriteItem::builder().put(put).build()
}

/// The head of an execution.
pub(super) async fn execution(table: &Table, id: &str) -> Result<Execution, StoreError> {
    let item = table.get(keys::head(id)).await?;
    let item = item.ok_or_else(|| StoreError::NotFound(id.to_owned()))?;
    state::readable(table, id, &item)?;
    let what = || format!("the head of execution `{id}`");
    let damaged = |why: String| table.damaged(&what(), &Damage(why));
    let json = text::get_json(table, &item, what, RetryBudget::Usual).await?;
    let head = Apart::read(&json).map_err(|error| damaged(error.to_string()))?;
    let sources = sources::find(table, head.names().collect()).await?;
    whole::head(&table.place, id, head.with(&sources).map_err(damaged)?)
}

/// Every execution, newest first.
pub(super) async fn list(table: &Table) -> Result<Vec<Listed>, StoreError> {
    let items = table.range(keys::EXECUTIONS, "0", "9~", RetryBudget::Usual).await?;
    let rows = items.iter().map(row).collect::<Result<Vec<_>, Damage>>();
    let mut list = rows.map_err(|damage| table.damaged("the list of executions", &damage))?;
    let keys: Vec<Item> = list.iter().map(|row| keys::state(&row.id)).collect();
    let wanted = batch::Wanted { now: true, only: Some(keys::LAST) };
    let mut lengths = HashMap::new();
    for state in batch::get(table, &keys, wanted, &mut Pauses::within(RetryBudget::Usual)).await? {
        if let (Ok(pk), Ok(last)) = (item::text(&state, keys::PK), item::number(&state, keys::LAST))
        {
            lengths.insert(pk.to_owned(), last);
        }
    }
    for row in &mut list {
        row.last_sequence = lengths.remove(&keys::partition(&row.id)).unwrap_or_default();
    }
    list.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
    Ok(list)
}

fn row(item: &Item) -> Result<Listed, Damage> {
    let created_at = item::text(item, keys::CREATED_AT)?;
    Ok(Listed {
        id: item::text(item, keys::ID)?.to_owned(),
        runbook: item::text(item, keys::RUNBOOK)?.to_owned(),
        created_at: created_at.parse().map_err(|error: jiff::Error| Damage(error.to_string()))?,
        last_sequence: 0,
    })
}
