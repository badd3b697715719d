//! Heads of executions, and the list of them.

use aws_sdk_dynamodb::types::{
    KeysAndAttributes, Put, ReturnValuesOnConditionCheckFailure as Return, TransactWriteItem,
};
use moontide_runtime::journal::Execution;
use moontide_runtime::store::{Listed, StoreError, whole};

use super::item::{self, Damage};
use super::keys::{self, Item};
use super::listing;
use super::retry::{Patience, Pauses, Stopped, retried};
use super::state;
use super::table::Table;
use super::text;

/// So many items are asked for at once at most: DynamoDB's limit.
const BATCH: usize = 100;

/// Writes the head of a new execution, its state, and its place in the list.
pub(super) async fn create(table: &Table, execution: &Execution) -> Result<(), StoreError> {
    let nonce = keys::nonce();
    let id = &execution.id;
    let mut head = keys::head(id);
    head.insert(keys::FORMAT.to_owned(), keys::number(execution.format.0));
    text::put(table, &mut head, execution, &nonce, Patience::Usual).await?;
    let place = keys::listed_sk(execution.created_at.as_microsecond(), id);
    let state = state::begin(id, execution.format, &place, &nonce);
    let items = [(state, true), (head, false), (listed(execution), false)];
    let puts: Vec<_> = items.into_iter().map(|(item, new)| put(table, item, new)).collect();
    let request = || {
        let request = table.client.transact_write_items().client_request_token(&nonce);
        request.set_transact_items(Some(puts.clone())).send()
    };
    match retried(table, Patience::Usual, request).await {
        Ok(_) => Ok(()),
        Err(Stopped::Condition(Some(item))) if item::is(&item, keys::NONCE, &nonce) => Ok(()),
        Err(Stopped::Condition(_)) => Err(StoreError::Exists(id.clone())),
        Err(stopped) => Err(stopped.unconditional(table)),
    }
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
    let head = text::get(table, &item, what, Patience::Usual).await?;
    whole::head(&table.place, id, head)
}

/// Every execution, newest first.
pub(super) async fn list(table: &Table) -> Result<Vec<Listed>, StoreError> {
    let items = table.range(keys::EXECUTIONS, "0", "9~", Patience::Usual).await?;
    let mut list = Vec::with_capacity(items.len());
    let mut pauses = Pauses::within(Patience::Usual);
    for items in items.chunks(BATCH) {
        let rows = items.iter().map(row).collect::<Result<Vec<_>, Damage>>();
        let mut rows = rows.map_err(|damage| table.damaged("the list of executions", &damage))?;
        let keys = rows.iter().map(|row| keys::state(&row.id)).collect();
        for state in states(table, keys, &mut pauses).await? {
            let row =
                rows.iter_mut().find(|row| item::is(&state, keys::PK, &keys::partition(&row.id)));
            if let (Some(row), Ok(last)) = (row, item::number(&state, keys::LAST)) {
                row.last_sequence = last;
            }
        }
        list.extend(rows);
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

/// The lengths of the journals whose states have these keys.
async fn states(
    table: &Table,
    mut keys: Vec<Item>,
    pauses: &mut Pauses,
) -> Result<Vec<Item>, StoreError> {
    let mut states = Vec::new();
    while !keys.is_empty() {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(true)
            .projection_expression("#pk, #last")
            .expression_attribute_names("#pk", keys::PK)
            .expression_attribute_names("#last", keys::LAST);
        #[expect(clippy::expect_used, reason = "what a batch must have is given above")]
        let wanted = wanted.build().expect("a batch has keys");
        let request =
            || table.client.batch_get_item().request_items(&table.name, wanted.clone()).send();
        let got = retried(table, Patience::Usual, request).await;
        let got = got.map_err(|stopped| stopped.unconditional(table))?;
        states.extend(got.responses.unwrap_or_default().remove(&table.name).unwrap_or_default());
        // What DynamoDB did not get to.
        let left = got.unprocessed_keys.unwrap_or_default().remove(&table.name);
        keys = left.map(|left| left.keys).unwrap_or_default();
        if !keys.is_empty() {
            let left = format!("DynamoDB throttles, and leaves {} of its items unread", keys.len());
            pauses.next(table, &left).await?;
        }
    }
    Ok(states)
}
