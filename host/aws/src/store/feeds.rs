//! What programs say while they run: the last of it, in one item that costs 4 write units each time.

use aws_sdk_dynamodb::types::AttributeValue;
use moontide_runtime::store::{Feed, Lease, StoreError};

use super::item;
use super::keys;
use super::retry::{RetryBudget, Stopped, retried};
use super::state::state;
use super::table::Table;

/// Puts a feed in the place of the last one, unless that is of a later lease.
pub(super) async fn publish(table: &Table, lease: &Lease, feed: &Feed) -> Result<(), StoreError> {
    let json = serde_json::to_string(feed).unwrap_or_default();
    let mut item = keys::key(&keys::partition(&lease.execution), keys::FEED);
    item.extend([
        (keys::EPOCH.to_owned(), keys::number(feed.epoch)),
        (keys::LAST.to_owned(), keys::number(feed.end().number)),
        (keys::TEXT.to_owned(), AttributeValue::S(json)),
    ]);
    let request = || {
        let request = table.client.put_item().table_name(&table.name);
        request
            .set_item(Some(item.clone()))
            .condition_expression("attribute_not_exists(#epoch) OR #epoch <= :epoch")
            .expression_attribute_names("#epoch", keys::EPOCH)
            .expression_attribute_values(":epoch", keys::number(feed.epoch))
            .send()
    };
    // The next one says it all again, or something later.
    match retried(table, RetryBudget::Beat, request).await {
        Ok(_) | Err(Stopped::Condition(_)) => Ok(()),
        Err(stopped) => Err(stopped.unconditional(table)),
    }
}

/// The feed of an execution. One that cannot be read is as good as none.
pub(super) async fn feed(table: &Table, id: &str) -> Result<Feed, StoreError> {
    let Some(item) = table.get(keys::key(&keys::partition(id), keys::FEED)).await? else {
        return state(table, id).await.map(|_| Feed::default());
    };
    let text = item::text(&item, keys::TEXT).ok();
    Ok(text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default())
}
