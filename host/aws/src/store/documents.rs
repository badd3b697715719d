//! Documents: an item each, beside the executions; and a mark in the partition of an execution for each of its effects
//! that has changed one.
//!
//! A change on behalf of an effect is one transaction of three: the document, the mark, and the lease under which it is
//! made. Whatever condition of it fails, all three are read again, and say what follows.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Put, ReturnValuesOnConditionCheckFailure as Return, TransactWriteItem,
};
use moontide_runtime::effect::Key;
use moontide_runtime::store::documents::check_names;
use moontide_runtime::store::{Behalf, Belongings, Change, Document, Documents, Lease, StoreError};

use super::DynamoStore;
use super::arrival::{self, Arrival, Earlier};
use super::item::{self, Damage};
use super::keys::{self, Item, SK};
use super::retry::{Pauses, RetryBudget, Stopped, retried};
use super::state::state;
use super::table::Table;

/// So long the version of what was deleted is remembered, in seconds: no process holds one for longer.
const REMEMBERED: i64 = 90 * 86_400;

fn read(table: &Table, kind: &str, item: &Item) -> Result<Option<Document>, StoreError> {
    let name = item::text(item, SK).unwrap_or_default();
    let read = || {
        // Deleted.
        let Ok(body) = item::text(item, keys::TEXT) else { return Ok(None) };
        let body = serde_json::from_str(body).map_err(|error| Damage(error.to_string()))?;
        let at = item::text(item, keys::WRITTEN_AT)?;
        Ok(Some(Document {
            kind: kind.to_owned(),
            name: name.to_owned(),
            version: item::number(item, keys::VERSION)?,
            body,
            written_at: at.parse().map_err(|error: jiff::Error| Damage(error.to_string()))?,
            written_by: item::text(item, keys::WRITTEN_BY)?.to_owned(),
        }))
    };
    read().map_err(|damage| table.damaged(&format!("the {kind} `{name}`"), &damage))
}

async fn document(table: &Table, kind: &str, name: &str) -> Result<Option<Document>, StoreError> {
    let item = table.get(keys::document(kind, name)).await?;
    item.map_or(Ok(None), |item| read(table, kind, &item))
}

async fn documents(table: &Table, kind: &str, prefix: &str) -> Result<Vec<Document>, StoreError> {
    // No key is empty, and no name begins with less than a blank.
    let from = if prefix.is_empty() { " " } else { prefix };
    let (pk, to) = (keys::documents(kind), format!("{prefix}{}", char::MAX));
    let items = table.range(&pk, from, &to, RetryBudget::Usual).await?;
    items.iter().filter_map(|item| read(table, kind, item).transpose()).collect()
}

/// Makes a change.
async fn change(table: &Table, change: &Change) -> Result<u64, StoreError> {
    let nonce = keys::nonce();
    let mut pauses = Pauses::within(RetryBudget::Usual);
    loop {
        if let Some(behalf) = &change.behalf
            && let Some(version) = mark(table, &behalf.lease.execution, &behalf.key).await?
        {
            return Ok(version);
        }
        let item = table.get(keys::document(&change.kind, &change.name)).await?;
        let found = found(table, change, item.as_ref())?;
        // An earlier attempt of ours has succeeded, and its reply was lost.
        if item.as_ref().is_some_and(|item| item::is(item, keys::NONCE, &nonce)) {
            return Ok(found.0);
        }
        let decided = match (change.decide(found.0, found.1), &change.behalf) {
            // An earlier request of this effect, which was given up, may have come through since the first look.
            (Err(conflict), Some(behalf)) => {
                let made = mark(table, &behalf.lease.execution, &behalf.key).await?;
                return made.ok_or(conflict);
            }
            (decided, _) => decided?,
        };
        let Some(version) = decided else { return Ok(found.0) };
        let writes = writes(table, change, found.0, version, &nonce);
        // Of this round only: DynamoDB refuses a token that comes with other writes.
        let token = keys::nonce();
        let request = || {
            let request = table.client.transact_write_items().client_request_token(&token);
            request.set_transact_items(Some(writes.clone())).send()
        };
        match retried(table, RetryBudget::Usual, request).await {
            Ok(_) => return Ok(version),
            Err(Stopped::Condition(_)) => {}
            Err(stopped) => return Err(stopped.unconditional(table)),
        }
        // Another one was quicker, with the document or with the lease.
        if let Some(Behalf { lease, .. }) = &change.behalf {
            state(table, &lease.execution).await?.is_held(lease)?;
        }
        pauses.next(table, "others change the document all the time").await?;
    }
}

/// The last version of a document, and whether it is there.
fn found(table: &Table, change: &Change, item: Option<&Item>) -> Result<(u64, bool), StoreError> {
    let Some(item) = item else { return Ok((0, false)) };
    let version = item::number(item, keys::VERSION);
    let version = version.map_err(|damage| {
        table.damaged(&format!("the {} `{}`", change.kind, change.name), &damage)
    })?;
    Ok((version, item.contains_key(keys::TEXT)))
}

fn writes(
    table: &Table,
    change: &Change,
    last: u64,
    version: u64,
    nonce: &str,
) -> Vec<TransactWriteItem> {
    let put = Put::builder()
        .table_name(&table.name)
        .set_item(Some(written(change, version, nonce)))
        .return_values_on_condition_check_failure(Return::AllOld);
    let put = if last == 0 {
        put.condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", keys::PK)
    } else {
        put.condition_expression("#version = :last")
            .expression_attribute_names("#version", keys::VERSION)
            .expression_attribute_values(":last", keys::number(last))
    };
    let mut writes = vec![put_of(put)];
    if let Some(Behalf { lease, key }) = &change.behalf {
        let mut item = keys::mark(&lease.execution, key.as_str());
        item.insert(keys::VERSION.to_owned(), keys::number(version));
        let mark = Put::builder()
            .table_name(&table.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", keys::PK);
        writes.extend([put_of(mark), held(table, lease)]);
    }
    writes
}

/// The item of a document as a change leaves it. What is deleted keeps its version for a while, so that no slow process
/// takes a new document for the old one; then DynamoDB removes it.
fn written(change: &Change, version: u64, nonce: &str) -> Item {
    let mut item = keys::document(&change.kind, &change.name);
    item.extend([
        (keys::VERSION.to_owned(), keys::number(version)),
        (keys::WRITTEN_AT.to_owned(), keys::string(&change.at.to_string())),
        (keys::WRITTEN_BY.to_owned(), keys::string(&change.by)),
        (keys::NONCE.to_owned(), keys::string(nonce)),
    ]);
    if let Some(body) = &change.body {
        item.insert(keys::TEXT.to_owned(), keys::string(&body.to_string()));
    } else {
        let second = change.at.as_second().saturating_add(REMEMBERED).max(0).unsigned_abs();
        item.insert(keys::EXPIRES_AT.to_owned(), keys::number(second));
    }
    item
}

fn put_of(put: aws_sdk_dynamodb::types::builders::PutBuilder) -> TransactWriteItem {
    #[expect(clippy::expect_used, reason = "what a put must have is given above")]
    let put = put.build().expect("a put has a table and an item");
    TransactWriteItem::builder().put(put).build()
}

/// Part of a transaction: the lease still holds, and nothing is sealed.
fn held(table: &Table, lease: &Lease) -> TransactWriteItem {
    let check = ConditionCheck::builder()
        .table_name(&table.name)
        .set_key(Some(keys::state(&lease.execution)))
        .condition_expression(
            "#holder = :holder AND #epoch = :epoch AND attribute_not_exists(#seal)",
        )
        .expression_attribute_names("#holder", keys::HOLDER)
        .expression_attribute_names("#epoch", keys::EPOCH)
        .expression_attribute_names("#seal", keys::SEAL)
        .expression_attribute_values(":holder", keys::string(&lease.holder))
        .expression_attribute_values(":epoch", keys::number(lease.epoch));
    #[expect(clippy::expect_used, reason = "what a check must have is given above")]
    let check = check.build().expect("a check has a table, a key and a condition");
    TransactWriteItem::builder().condition_check(check).build()
}

/// The version that an effect has made.
async fn mark(table: &Table, execution: &str, key: &Key) -> Result<Option<u64>, StoreError> {
    let item = table.get(keys::mark(execution, key.as_str())).await?;
    let version = item.map(|item| item::number(&item, keys::VERSION)).transpose();
    version.map_err(|damage| table.damaged(&format!("a mark of execution `{execution}`"), &damage))
}

/// What an execution has beside its head, its journal and its signals, but for what an import has written that has not
/// ended.
pub(super) async fn belongings(
    table: &Table,
    id: &str,
    earlier: &Earlier,
) -> Result<Belongings, StoreError> {
    let mut marks = BTreeMap::new();
    let there = marks_of(table, id).await?.into_iter();
    for item in there.filter(|item| !earlier.have_written(item)) {
        let read = || {
            let key = item::text(&item, SK)?.trim_start_matches(keys::MARK).to_owned();
            Ok((key, item::number(&item, keys::VERSION)?))
        };
        let damaged =
            |damage: Damage| table.damaged(&format!("a mark of execution `{id}`"), &damage);
        let (key, version) = read().map_err(damaged)?;
        marks.insert(key, version);
    }
    let mut own = Belongings { marks, documents: Vec::new() };
    for item in documents_of(table, id).await?.iter().filter(|item| !earlier.have_written(item)) {
        let kind = item::text(item, keys::PK).unwrap_or_default().trim_start_matches(keys::KIND);
        own.documents.extend(read(table, kind, item)?);
    }
    Ok(own)
}

/// Removes what imports under other names have left of belongings.
pub(super) async fn clear(
    arrival: &Arrival<'_>,
    table: &Table,
    id: &str,
) -> Result<(), StoreError> {
    let mut left = items(table, id).await?;
    left.retain(|item| arrival.have_written(item));
    arrival.delete(&left).await
}

/// Writes the marks of an execution that comes from another store, before anything refers to them; those of an earlier
/// stay are among them, and remain.
pub(super) async fn arrive(
    arrival: &Arrival<'_>,
    id: &str,
    (new, before): (&Belongings, Option<&Belongings>),
) -> Result<(), StoreError> {
    let is_there = |key: &String| before.is_some_and(|before| before.marks.contains_key(key));
    let marks = new.marks.iter().filter(|(key, _)| !is_there(key)).map(|(key, version)| {
        let mut item = keys::mark(id, key);
        item.insert(keys::VERSION.to_owned(), keys::number(*version));
        item.insert(keys::NONCE.to_owned(), keys::string(arrival.nonce()));
        item
    });
    arrival.put(marks.collect()).await
}

/// The changes that put the documents of an execution which comes from another store in the place of those of an earlier
/// stay.
pub(super) async fn arriving(
    arrival: &Arrival<'_>,
    table: &Table,
    (id, new): (&str, &Belongings),
    was_here: bool,
) -> Result<Vec<arrival::Change>, StoreError> {
    let is_new = |item: &Item| {
        let key = (item.get(keys::PK), item.get(SK));
        new.documents.iter().any(|it| {
            let document = keys::document(&it.kind, &it.name);
            key == (document.get(keys::PK), document.get(SK))
        })
    };
    let mut changes = Vec::new();
    // One that was never here has none: what goes by its id is that of one which has not begun.
    if was_here {
        for item in documents_of(table, id).await?.iter().filter(|item| !is_new(item)) {
            let deleted = arrival::deleting(table, item);
            changes.push(deleted.map_err(|damage| table.damaged("a document", &damage))?);
        }
    }
    for document in &new.documents {
        let mut item = keys::document(&document.kind, &document.name);
        item.extend([
            (keys::VERSION.to_owned(), keys::number(document.version)),
            (keys::WRITTEN_AT.to_owned(), keys::string(&document.written_at.to_string())),
            (keys::WRITTEN_BY.to_owned(), keys::string(&document.written_by)),
            (keys::TEXT.to_owned(), keys::string(&document.body.to_string())),
            (keys::NONCE.to_owned(), keys::string(arrival.nonce())),
        ]);
        changes.push(arrival::writing(table, item));
    }
    Ok(changes)
}

/// The items of the belongings of an execution.
pub(super) async fn items(table: &Table, id: &str) -> Result<Vec<Item>, StoreError> {
    let mut items = marks_of(table, id).await?;
    items.extend(documents_of(table, id).await?);
    Ok(items)
}

async fn documents_of(table: &Table, id: &str) -> Result<Vec<Item>, StoreError> {
    let from = Belongings::prefix(id);
    let to = format!("{from}{}", char::MAX);
    let mut items = Vec::new();
    for kind in Belongings::KINDS {
        let pk = keys::documents(kind);
        items.extend(table.range(&pk, &from, &to, RetryBudget::Usual).await?);
    }
    Ok(items)
}

async fn marks_of(table: &Table, id: &str) -> Result<Vec<Item>, StoreError> {
    let to = format!("{}{}", keys::MARK, char::MAX);
    table.range(&keys::partition(id), keys::MARK, &to, RetryBudget::Usual).await
}

#[async_trait]
impl Documents for DynamoStore {
    async fn document(&self, kind: &str, name: &str) -> Result<Option<Document>, StoreError> {
        check_names(kind, name)?;
        let (kind, name) = (kind.to_owned(), name.to_owned());
        self.on(|table| async move { document(&table, &kind, &name).await }).await
    }

    async fn documents(&self, kind: &str, prefix: &str) -> Result<Vec<Document>, StoreError> {
        let (kind, prefix) = (kind.to_owned(), prefix.to_owned());
        self.on(|table| async move { documents(&table, &kind, &prefix).await }).await
    }

    async fn change(&self, wanted: &Change) -> Result<u64, StoreError> {
        wanted.check()?;
        let wanted = wanted.clone();
        // Transactions on the state of one execution refuse each other, so it waits for its turn among them. It waits on
        // the store's own thread only: a lane that is not polled meanwhile would keep the turn that it was given.
        let behalf = wanted.behalf.as_ref().filter(|_| self.thread.is_some());
        let turn = behalf.map(|behalf| self.turn(&behalf.lease.execution));
        self.on(|table| async move {
            let _turn = match turn {
                Some(turn) => Some(turn.lock_owned().await),
                None => None,
            };
            change(&table, &wanted).await
        })
        .await
    }

    async fn changed(&self, execution: &str, key: &Key) -> Result<Option<u64>, StoreError> {
        let (execution, key) = (execution.to_owned(), key.clone());
        self.on(|table| async move {
            state(&table, &execution).await?;
            mark(&table, &execution, &key).await
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use moontide_runtime::store::Condition;

    #[test]
    fn what_is_deleted_is_removed_in_time_and_what_is_there_never() {
        let change = |body| Change {
            kind: "notification".to_owned(),
            name: "x".to_owned(),
            body,
            condition: Condition::Any,
            at: jiff::Timestamp::from_second(1_800_000_000).unwrap(),
            by: "a".to_owned(),
            behalf: None,
        };
        let deleted = written(&change(None), 3, "nonce");
        assert_eq!(deleted[keys::EXPIRES_AT], keys::number(1_800_000_000 + 90 * 86_400));
        assert!(deleted.contains_key(keys::VERSION) && !deleted.contains_key(keys::TEXT));
        let there = written(&change(Some(serde_json::json!({}))), 4, "nonce");
        assert!(!there.contains_key(keys::EXPIRES_AT), "a document that is there stays");
    }
}
