//! The `document` of a script: a name that AWS could know, of the right kind.

use serde::de::{Deserialize, Deserializer, Error};

use crate::ssm::documents::{self, Kind};

/// The name or ARN of a command document.
#[derive(Debug, Clone)]
pub(crate) struct CommandDocument(pub(crate) String);

/// The name or ARN of an automation.
#[derive(Debug, Clone)]
pub(crate) struct AutomationDocument(pub(crate) String);

impl<'de> Deserialize<'de> for CommandDocument {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        checked(Kind::Command, from).map(Self)
    }
}

impl<'de> Deserialize<'de> for AutomationDocument {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        checked(Kind::Automation, from).map(Self)
    }
}

fn checked<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<String, D::Error> {
    let name = String::deserialize(from)?;
    if !documents::is_well_formed(&name) {
        return Err(D::Error::custom(format!(
            "{name:?} is no document's name: 3 to 128 letters, digits, and `_`, `-`, `.`"
        )));
    }
    let (other, is) = match kind {
        Kind::Command => (Kind::Automation, "an automation: write [[automations]]"),
        Kind::Automation => (Kind::Command, "a command document: write [[commands]]"),
    };
    if documents::is_owned(other, &name) {
        return Err(D::Error::custom(format!("{name} is {is}")));
    }
    if documents::is_reserved(&name) && !documents::is_owned(kind, &name) {
        let near = documents::nearest_owned(kind, &name);
        let near = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
        return Err(D::Error::custom(format!(
            "only AWS names a document like {name}, and none of its own that are known here is called so{near}"
        )));
    }
    Ok(name)
}
