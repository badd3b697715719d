//! Waiting for news: a small read now and then, at half the price of others.
//!
//! These reads, and no others of this store, may be answered with what was true a moment ago. They only say that it
//! is worth looking; the reader then reads what is there.
//!
//! | what is watched | what a look costs |
//! |---|---|
//! | the entries of an execution: its state | 0.5 read units |
//! | its signals: the next one, by its number | 0.5 read units |
//! | what its programs say | 0.5 read units |
//!
//! The pauses between looks grow to [`LONGEST`], so that a quiet hour costs about 950 read units for each of them. What is watched of many executions is asked for in one request per 100 items.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use moontide_runtime::store::feed::Place;
use moontide_runtime::store::{Mark, StoreError};

use super::batch;
use super::item;
use super::keys::{self, Item, PK, SK};
use super::retry::{Pauses, RetryBudget, retried};
use super::table::Table;

/// The longest pause between two looks: news is seen within two seconds.
const LONGEST: Duration = Duration::from_millis(1_900);

/// The first pause; each of the next ones is longer by half.
const FIRST: Duration = Duration::from_millis(500);

/// So many items are asked for at once at most: DynamoDB's limit.
const BATCH: usize = 100;

/// The partition key and the sort key of an item.
type Name = (String, String);

/// The pause behind this one.
pub(super) fn longer(pause: Option<Duration>) -> Duration {
    pause.map_or(FIRST, |pause| pause.mul_f64(1.5).min(LONGEST))
}

/// The executions that have something behind their mark, or are not there.
pub(super) async fn look(table: &Table, marks: &[Mark]) -> Result<Vec<String>, StoreError> {
    let mut found: BTreeMap<Name, Option<Item>> = BTreeMap::new();
    for mark in marks {
        let names = [
            mark.entries.map(|_| state(mark)),
            mark.signals.map(|seen| signal(mark, seen)),
            mark.feed.map(|_| feed(mark)),
        ];
        found.extend(names.into_iter().flatten().map(|name| (name, None)));
    }
    let wanted: Vec<Item> = found.keys().map(|(pk, sk)| keys::key(pk, sk)).collect();
    let mut pauses = Pauses::within(RetryBudget::Usual);
    for wanted in wanted.chunks(BATCH) {
        for item in batch(table, wanted.to_vec(), &mut pauses).await? {
            let name = |name| item::text(&item, name).map(str::to_owned).unwrap_or_default();
            found.insert((name(PK), name(SK)), Some(item));
        }
    }
    let there = |name| found.get(&name).and_then(Option::as_ref);
    let has_news = |mark: &&Mark| {
        let longer = mark.entries.is_some_and(|seen| {
            let last = there(state(mark)).and_then(|item| item::number(item, keys::LAST).ok());
            last.is_none_or(|last: u64| last > seen)
        });
        let talk = || {
            let item = there(feed(mark))?;
            let number = |name| item::number(item, name).ok();
            Some(Place { epoch: number(keys::EPOCH)?, number: number(keys::LAST)? })
        };
        let is_sealed = mark.entries.is_some()
            && there(state(mark)).is_some_and(|item| item.contains_key(keys::SEAL));
        longer
            || is_sealed
            || mark.signals.is_some_and(|seen| there(signal(mark, seen)).is_some())
            || mark.feed.is_some_and(|seen| talk().is_some_and(|end| end > seen))
    };
    Ok(marks.iter().filter(has_news).map(|mark| mark.execution.clone()).collect())
}

/// The state of an execution, which says how long its journal is.
fn state(mark: &Mark) -> Name {
    (keys::partition(&mark.execution), keys::STATE.to_owned())
}

/// The signal behind the last one that was seen: they are numbered without gaps.
fn signal(mark: &Mark, seen: u64) -> Name {
    (keys::partition(&mark.execution), keys::signal_sk(seen.saturating_add(1)))
}

/// What its programs say.
fn feed(mark: &Mark) -> Name {
    (keys::partition(&mark.execution), keys::FEED.to_owned())
}

/// Those of the items that are there.
async fn batch(
    table: &Table,
    mut keys: Vec<Item>,
    pauses: &mut Pauses,
) -> Result<Vec<Item>, StoreError> {
    let mut items = Vec::new();
    while !keys.is_empty() {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(false)
            .projection_expression("#pk, #sk, #last, #epoch, #seal")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_names("#last", keys::LAST)
            .expression_attribute_names("#seal", keys::SEAL)
            .expression_attribute_names("#epoch", keys::EPOCH);
        #[expect(clippy::expect_used, reason = "what a batch must have is given above")]
        let wanted = wanted.build().expect("a batch has keys");
        let request =
            || table.client.batch_get_item().request_items(&table.name, wanted.clone()).send();
        let got = retried(table, RetryBudget::Usual, request).await;
        let got = got.map_err(|stopped| stopped.unconditional(table))?;
        items.extend(batch::only(got.responses).unwrap_or_default());
        let left = batch::only(got.unprocessed_keys);
        keys = left.map(|left| left.keys).unwrap_or_default();
        if !keys.is_empty() {
            let left = format!("DynamoDB throttles, and leaves {} of its items unread", keys.len());
            pauses.next(table, &left).await?;
        }
    }
    Ok(items)
}
