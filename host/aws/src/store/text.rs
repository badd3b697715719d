//! JSON of any length. An item holds 400 KB at most, so what is longer lies in parts of its own, which
//! are written before the item that refers to them.

use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;
use moontide_runtime::store::StoreError;
use serde::Serialize;

use super::item::{self, Damage};
use super::keys::{self, Item};
use super::retry::{RetryBudget, retried};
use super::table::Table;

/// So many bytes at most lie in one item: the limit is 409,600 with all names and other attributes.
const LONGEST: usize = 380_000;

/// Puts `value` into `item` as JSON. Parts are written at once, under `nonce`.
pub(super) async fn put(
    table: &Table,
    item: &mut Item,
    value: &impl Serialize,
    nonce: &str,
    patience: RetryBudget,
) -> Result<(), StoreError> {
    let json = serde_json::to_string(value)
        .map_err(|error| table.damaged("what should be stored", &Damage(error.to_string())))?;
    put_json(table, item, json, nonce, patience).await
}

/// The same for JSON that is written already.
pub(super) async fn put_json(
    table: &Table,
    item: &mut Item,
    json: String,
    nonce: &str,
    patience: RetryBudget,
) -> Result<(), StoreError> {
    if json.len() <= LONGEST {
        item.insert(keys::TEXT.to_owned(), AttributeValue::S(json));
        return Ok(());
    }
    let partition = keys::parts(nonce);
    let mut count = 0;
    for part in parts(&json) {
        let mut item = keys::key(&partition, &keys::part_sk(count));
        item.insert(keys::TEXT.to_owned(), keys::string(part));
        let request = || {
            let request = table.client.put_item().table_name(&table.name);
            request.set_item(Some(item.clone())).send()
        };
        let put = retried(table, patience, request).await;
        put.map_err(|stopped| stopped.unconditional(table))?;
        count += 1;
    }
    item.insert(keys::PARTS.to_owned(), keys::string(&partition));
    item.insert(keys::COUNT.to_owned(), keys::number(count));
    Ok(())
}

/// The text cut into pieces that fit.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (part, left) = rest.split_at(rest.floor_char_boundary(LONGEST));
        rest = left;
        (!part.is_empty()).then_some(part)
    })
}

/// The JSON that `item` holds, which is `what` for people: byte for byte as it is stored.
pub(super) async fn get_json<'i>(
    table: &Table,
    item: &'i Item,
    what: impl Fn() -> String,
    patience: RetryBudget,
) -> Result<Cow<'i, str>, StoreError> {
    let damaged = |damage: Damage| table.damaged(&what(), &damage);
    let Ok(partition) = item::text(item, keys::PARTS) else {
        return Ok(Cow::Borrowed(item::text(item, keys::TEXT).map_err(damaged)?));
    };
    let count: usize = item::number(item, keys::COUNT).map_err(damaged)?;
    let (from, to) = (keys::part_sk(0), keys::part_sk(count));
    let parts = table.range(partition, &from, &to, patience).await?;
    if parts.len() != count {
        let sentence = format!("of its {count} parts there are {}", parts.len());
        return Err(damaged(Damage(sentence)));
    }
    let texts = parts.iter().map(|part| item::text(part, keys::TEXT));
    let json: String = texts.collect::<Result<_, _>>().map_err(damaged)?;
    Ok(Cow::Owned(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_nothing_is_lost() {
        for text in ["", "short", &"x".repeat(LONGEST), &"🌙".repeat(LONGEST)] {
            let parts: Vec<&str> = parts(text).collect();
            assert_eq!(parts.concat(), text);
            assert!(parts.iter().all(|part| part.len() <= LONGEST && !part.is_empty()));
            assert_eq!(parts.len(), text.len().div_ceil(LONGEST).max(parts.len().min(1)));
        }
    }
}
