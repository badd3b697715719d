//! Reading requests: JSON, required fields, ids, sizes of lists.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::error::Error;

/// Reads a body. Unknown fields are ignored, as AWS does.
pub(super) fn parse<T: DeserializeOwned>(body: &str) -> Result<T, Error> {
    let body = if body.is_empty() { "{}" } else { body };
    serde_json::from_str(body)
        .map_err(|error| Error::cannot_parse(format!("The body cannot be read: {error}")))
}

/// A field that must be there.
pub(super) fn required<T>(value: Option<T>, field: &str) -> Result<T, Error> {
    value.ok_or_else(|| Error::invalid(field, "is required"))
}

/// A list must have from `least` to `most` items.
pub(super) fn check_size<T>(
    field: &str,
    list: &[T],
    least: usize,
    most: usize,
) -> Result<(), Error> {
    if (least..=most).contains(&list.len()) {
        return Ok(());
    }
    Err(Error::invalid(field, format!("has {} items; allowed are {least} to {most}", list.len())))
}

/// Ids of DRS are a prefix and 17 letters or digits.
pub(super) fn check_id(field: &str, id: &str, prefix: &str) -> Result<(), Error> {
    let well_formed = id
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 17 && rest.bytes().all(|b| b.is_ascii_alphanumeric()));
    if well_formed {
        return Ok(());
    }
    Err(Error::invalid(field, format!("{id:?} does not match {prefix}[0-9a-zA-Z]{{17}}")))
}

/// A recovery instance's id is an EC2 instance id.
pub(super) fn check_instance_id(field: &str, id: &str) -> Result<(), Error> {
    let well_formed = id.strip_prefix("i-").is_some_and(|rest| {
        (8..=17).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_hexdigit())
    });
    if well_formed {
        return Ok(());
    }
    Err(Error::invalid(field, format!("{id:?} does not match i-[0-9a-fA-F]{{8,}}")))
}

/// A moment that may be left out.
pub(super) fn moment(field: &str, text: Option<&String>) -> Result<Option<Timestamp>, Error> {
    text.map(|text| {
        text.parse().map_err(|_| Error::invalid(field, format!("{text:?} is not a date and time")))
    })
    .transpose()
}
