//! Reading the attributes of an item.

use aws_sdk_dynamodb::types::AttributeValue;

use super::keys::Item;

/// What cannot be read, and why. Becomes a `StoreError` where it is known in which table.
#[derive(Debug)]
pub(super) struct Damage(pub(super) String);

/// The text of an attribute.
pub(super) fn text<'i>(item: &'i Item, name: &str) -> Result<&'i str, Damage> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value.map(String::as_str).ok_or_else(|| Damage(format!("it has no text `{name}`")))
}

/// The number of an attribute.
pub(super) fn number<N: std::str::FromStr>(item: &Item, name: &str) -> Result<N, Damage> {
    let value = item.get(name).and_then(|value| AttributeValue::as_n(value).ok());
    let number = value.and_then(|number| number.parse().ok());
    number.ok_or_else(|| Damage(format!("it has no number `{name}`")))
}

/// Whether an attribute is this text.
pub(super) fn is(item: &Item, name: &str, expected: &str) -> bool {
    text(item, name).is_ok_and(|found| found == expected)
}
