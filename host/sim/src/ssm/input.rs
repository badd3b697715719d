//! Reading requests: JSON, names and versions of documents.

use serde::de::DeserializeOwned;

use super::error::Error;
use crate::documents::is_well_formed;

/// Reads a body. Unknown fields are ignored, as AWS does.
pub(super) fn parse<T: DeserializeOwned>(body: &str) -> Result<T, Error> {
    serde_json::from_str(body).map_err(|error| Error::serialization(error.to_string()))
}

/// Refuses what cannot be a document's name.
pub(super) fn check_document_name(name: &str) -> Result<(), Error> {
    if is_well_formed(name) {
        return Ok(());
    }
    Err(Error::validation(format!("documentName {name:?} is not the name or ARN of a document")))
}

/// A version of a document is a number from 1 on, `$DEFAULT` or `$LATEST`.
pub(super) fn check_version(version: Option<&str>) -> Result<(), Error> {
    let is_number = |text: &str| {
        !text.starts_with('0') && !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
    };
    match version {
        Some(text) if !["$DEFAULT", "$LATEST"].contains(&text) && !is_number(text) => Err(
            Error::validation(format!("documentVersion {text:?} is not the version of a document")),
        ),
        _ => Ok(()),
    }
}

/// A command id is a UUID.
pub(super) fn check_command_id(id: Option<String>) -> Result<Option<String>, Error> {
    match id {
        Some(id) if id.len() != 36 => {
            Err(Error::new("InvalidCommandId", format!("{id:?} is not a command id")))
        }
        id => Ok(id),
    }
}
