//! Items by their keys, many a request.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use moontide_runtime::store::StoreError;

use super::keys::{self, Item};
use super::retry::{Pauses, RetryBudget, retried};
use super::table::Table;

/// So many items are asked for at once at most: DynamoDB's limit.
const MOST: usize = 100;

/// What is wanted of the items.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// As they are now, for twice the price; otherwise as they were a moment ago.
    pub(super) now: bool,
    /// This attribute beside the partition key; `None`: all of them.
    pub(super) only: Option<&'static str>,
}

/// Those that are there, in no order.
pub(super) async fn get(
    table: &Table,
    keys: &[Item],
    wanted: Wanted,
    pauses: &mut Pauses,
) -> Result<Vec<Item>, StoreError> {
    let mut found = Vec::new();
    for keys in keys.chunks(MOST) {
        let mut keys = keys.to_vec();
        while !keys.is_empty() {
            let mut batch = KeysAndAttributes::builder().set_keys(Some(keys));
            batch = batch.consistent_read(wanted.now);
            if let Some(attribute) = wanted.only {
                batch = batch
                    .projection_expression("#pk, #only")
                    .expression_attribute_names("#pk", keys::PK)
                    .expression_attribute_names("#only", attribute);
            }
            #[expect(clippy::expect_used, reason = "what a batch must have is given above")]
            let batch = batch.build().expect("a batch has keys");
            let request =
                || table.client.batch_get_item().request_items(&table.name, batch.clone()).send();
            let got = retried(table, RetryBudget::Usual, request).await;
            let got = got.map_err(|stopped| stopped.unconditional(table))?;
            found.extend(only(got.responses).unwrap_or_default());
            // What DynamoDB did not get to.
            let left = only(got.unprocessed_keys);
            keys = left.map(|left| left.keys).unwrap_or_default();
            if !keys.is_empty() {
                let left =
                    format!("DynamoDB throttles, and leaves {} of its items unread", keys.len());
                pauses.next(table, &left).await?;
            }
        }
    }
    Ok(found)
}

/// What a batch answers about the only table that it was asked about. Where that was named by its ARN, the answer
/// may stand under the ARN or under the table's own name.
pub(super) fn only<T>(answers: Option<HashMap<String, T>>) -> Option<T> {
    answers.and_then(|answers| answers.into_values().next())
}
