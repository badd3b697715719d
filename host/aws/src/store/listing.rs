//! The list of executions: an item for each, newest last, which says where its execution stands.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use jiff::Timestamp;
use moontide_runtime::journal::{Channel, Execution};
use moontide_runtime::store::{
    Cursor, Parcel, Part, Row, Seal, Standing, StoreError, Told, Wanted,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::item::{self, Damage};
use super::keys::{self, Item};
use super::retry::{RetryBudget, retried};
use super::table::Table;

/// So many items a request where few are wanted; all that fit where all are.
const PAGE: usize = 100;

/// What an item of a new execution says of it.
pub(super) fn begin(execution: &Execution) -> Vec<(String, AttributeValue)> {
    let Standing { status, seen } = Standing::NEW;
    let labels = execution.labels.iter().map(|(key, value)| (key.clone(), keys::string(value)));
    let mut item = vec![
        (keys::MODE.to_owned(), keys::string(&word(&execution.mode))),
        (keys::STATUS.to_owned(), keys::string(&word(&status))),
        (keys::SEEN.to_owned(), keys::number(seen)),
        (keys::LABELS.to_owned(), AttributeValue::M(labels.collect())),
    ];
    let source = execution.source.map(Channel::word);
    item.extend(source.map(|word| (keys::SOURCE.to_owned(), keys::string(word))));
    item
}

/// Part of a transaction: writes where an execution stands.
pub(super) fn stands(table: &Table, listed: &str, standing: Standing) -> TransactWriteItem {
    let update = Update::builder()
        .table_name(&table.name)
        .set_key(Some(keys::key(keys::EXECUTIONS, listed)))
        .update_expression("SET #status = :status, #seen = :seen")
        .expression_attribute_names("#status", keys::STATUS)
        .expression_attribute_names("#seen", keys::SEEN)
        .expression_attribute_values(":status", keys::string(&word(&standing.status)))
        .expression_attribute_values(":seen", keys::number(standing.seen));
    #[expect(clippy::expect_used, reason = "what an update must have is given above")]
    let update = update.build().expect("an update has a table, a key and an expression");
    TransactWriteItem::builder().update(update).build()
}

/// Writes that a signal was sent. It is in its place by now: where this fails, a list shows one that waits for its
/// runner a little later, when the next is sent.
pub(super) async fn sent(table: &Table, listed: &str, number: u64) {
    let request = || {
        let update = table.client.update_item().table_name(&table.name);
        update
            .set_key(Some(keys::key(keys::EXECUTIONS, listed)))
            .update_expression("SET #sent = :sent")
            .condition_expression("attribute_not_exists(#sent) OR #sent < :sent")
            .expression_attribute_names("#sent", keys::SENT)
            .expression_attribute_values(":sent", keys::number(number))
            .send()
    };
    let _ = retried(table, RetryBudget::Beat, request).await;
}

/// Where an execution stands, if the list says so.
pub(super) async fn standing(table: &Table, listed: &str) -> Result<Option<Standing>, StoreError> {
    let item = table.get(keys::key(keys::EXECUTIONS, listed)).await?;
    Ok(item.as_ref().and_then(told).map(|told| told.standing))
}

/// The sort key of an execution in the list.
pub(super) fn key_of(execution: &Execution) -> String {
    keys::listed_sk(execution.created_at.as_microsecond(), &execution.id)
}

/// What the item of an execution that comes from another store says beside what that of a new one does.
pub(super) fn arrive(parcel: &Parcel) -> Vec<(String, AttributeValue)> {
    let mut item = vec![(keys::SENT.to_owned(), keys::number(parcel.signals.len()))];
    if let Some(Standing { status, seen }) = parcel.standing {
        item.push((keys::STATUS.to_owned(), keys::string(&word(&status))));
        item.push((keys::SEEN.to_owned(), keys::number(seen)));
    }
    if let Some(Seal::Pruned(_)) = parcel.seal {
        item.push((keys::PRUNED.to_owned(), AttributeValue::Bool(true)));
    }
    item
}

/// Part of a transaction: writes where an execution stands that is back, if that is known.
pub(super) fn arrived(
    table: &Table,
    parcel: &Parcel,
    execution: &Execution,
) -> Option<TransactWriteItem> {
    let Standing { status, seen } = parcel.standing?;
    let update = Update::builder()
        .table_name(&table.name)
        .set_key(Some(keys::key(keys::EXECUTIONS, &key_of(execution))))
        .update_expression("SET #status = :status, #seen = :seen, #sent = :sent")
        .expression_attribute_names("#status", keys::STATUS)
        .expression_attribute_names("#seen", keys::SEEN)
        .expression_attribute_names("#sent", keys::SENT)
        .expression_attribute_values(":status", keys::string(&word(&status)))
        .expression_attribute_values(":seen", keys::number(seen))
        .expression_attribute_values(":sent", keys::number(parcel.signals.len()));
    #[expect(clippy::expect_used, reason = "what an update must have is given above")]
    let update = update.build().expect("an update has a table, a key and an expression");
    Some(TransactWriteItem::builder().update(update).build())
}

/// Writes that an execution was pruned.
pub(super) async fn pruned(table: &Table, listed: &str) -> Result<(), StoreError> {
    mark(table, listed, keys::PRUNED).await
}

/// Writes that an execution was moved to another store. That stays if it comes back: its seal says where it is.
pub(super) async fn moved(table: &Table, listed: &str) -> Result<(), StoreError> {
    mark(table, listed, keys::MOVED).await
}

async fn mark(table: &Table, listed: &str, name: &str) -> Result<(), StoreError> {
    let request = || {
        let update = table.client.update_item().table_name(&table.name);
        update
            .set_key(Some(keys::key(keys::EXECUTIONS, listed)))
            .update_expression("SET #mark = :true")
            .expression_attribute_names("#mark", name)
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .send()
    };
    let written = retried(table, RetryBudget::Usual, request).await;
    written.map(|_| ()).map_err(|stopped| stopped.unconditional(table))
}

/// The executions that are wanted.
pub(super) async fn find(table: &Table, wanted: &Wanted) -> Result<Part, StoreError> {
    let from = wanted
        .since
        .map_or_else(|| "0".to_owned(), |since| format!("{:020}", since.as_microsecond().max(0)));
    let after = wanted.after.as_ref();
    let after = after.map(|Cursor { created_us, id }| keys::listed_sk(*created_us, id));
    let to = after.unwrap_or_else(|| "9~".to_owned());
    // DynamoDB refuses bounds that are the wrong way round, and there is nothing between them.
    if from > to {
        return Ok(Part::default());
    }
    let most = wanted.limit.map_or(usize::MAX, |limit| limit.saturating_add(1));
    let mut rows = Vec::new();
    let mut start = None;
    loop {
        let request = || {
            let request = table.between(keys::EXECUTIONS, &from, &to).scan_index_forward(false);
            let page = wanted.limit.and_then(|limit| i32::try_from(limit.max(PAGE) + 1).ok());
            request.set_limit(page).set_exclusive_start_key(start.clone()).send()
        };
        let page = retried(table, RetryBudget::Usual, request).await;
        let page = page.map_err(|stopped| stopped.unconditional(table))?;
        for item in page.items() {
            let row = row(item);
            let row = row.map_err(|damage| table.damaged("the list of executions", &damage))?;
            if wanted.takes(&row) {
                rows.push(row);
            }
        }
        start = page.last_evaluated_key.filter(|key| !key.is_empty());
        if start.is_none() || rows.len() >= most {
            rows.truncate(most);
            return Ok(Part::of(rows, wanted.limit));
        }
    }
}

fn row(item: &Item) -> Result<Row, Damage> {
    // A date that was spoilt hides no other execution: the key that the list is sorted by has it too.
    let created_at = item::text(item, keys::CREATED_AT).ok().and_then(|date| date.parse().ok());
    let created_at = created_at.or_else(|| by_order(item)).unwrap_or_default();
    Ok(Row {
        id: item::text(item, keys::ID)?.to_owned(),
        runbook: item::text(item, keys::RUNBOOK)?.to_owned(),
        created_at,
        labels: labels(item),
        source: item::text(item, keys::SOURCE).ok().and_then(read),
        pruned: item.contains_key(keys::PRUNED),
        moved: item.contains_key(keys::MOVED),
        told: told(item),
    })
}

fn by_order(item: &Item) -> Option<Timestamp> {
    let (created_us, _) = item::text(item, keys::SK).ok()?.split_once('#')?;
    Timestamp::from_microsecond(created_us.parse().ok()?).ok()
}

fn labels(item: &Item) -> BTreeMap<String, String> {
    let labels = item.get(keys::LABELS).and_then(|labels| labels.as_m().ok());
    let text =
        |(key, value): (&String, &AttributeValue)| Some((key.clone(), value.as_s().ok()?.clone()));
    labels.into_iter().flatten().filter_map(text).collect()
}

/// What the item says of its execution; `None` if it says nothing, or in words of a later release.
fn told(item: &Item) -> Option<Told> {
    let word = |name| item::text(item, name).ok();
    let status = read(word(keys::STATUS)?)?;
    let standing = Standing { status, seen: item::number(item, keys::SEEN).ok()? };
    let sent = item::number(item, keys::SENT).unwrap_or_default();
    Some(Told { mode: read(word(keys::MODE)?)?, standing, sent })
}

/// A word as JSON has it.
fn word(value: &impl Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn read<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}
