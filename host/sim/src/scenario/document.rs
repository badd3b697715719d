//! The `document` of a script: a name that AWS could know, of the right kind.

use serde::de::{Deserialize, Deserializer, Error};
use toml::Spanned;

use super::error::Mistake;
use super::identity::Region;
use crate::documents::{self, Arn, Kind};

/// The name of a document, or the ARN of one that another account shares.
#[derive(Debug, Clone)]
pub(crate) struct DocumentName(pub(crate) String);

impl<'de> Deserialize<'de> for DocumentName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        if documents::is_well_formed(&name) {
            return Ok(Self(name));
        }
        Err(D::Error::custom(format!(
            "{name:?} is no document's name: 3 to 128 letters, digits, and `_`, `-`, `.`"
        )))
    }
}

/// Makes the ARN of a document in the world's account a name, and keeps the entry to the Region of its ARN.
pub(super) fn settle(
    document: &mut Option<Spanned<DocumentName>>,
    region: &mut Option<Spanned<Region>>,
    account: &str,
) -> Result<(), Mistake> {
    let Some(document) = document else { return Ok(()) };
    let (span, given) = (document.span(), document.get_ref().0.clone());
    if !given.starts_with("arn:") {
        return Ok(());
    }
    let Some(arn) = Arn::read(&given) else {
        let message = format!(
            "{given} is the ARN of no document, which is like arn:aws:ssm:us-west-2:{account}:document/Shop-Check"
        );
        return Err(Mistake::at(span, message));
    };
    if let Some(flaw) = arn.flaw() {
        let message = format!("{given} is the ARN of no document: {flaw}");
        return Err(Mistake::at(span, message));
    }
    match region {
        Some(region) if region.get_ref().0 != arn.region => {
            let message = format!("{given} is not in {}", region.get_ref().0);
            return Err(Mistake::at(span, message));
        }
        Some(_) => {}
        None => *region = Some(Spanned::new(span, Region(arn.region.to_owned()))),
    }
    if arn.is_of(account) {
        arn.name.clone_into(&mut document.get_mut().0);
    }
    Ok(())
}

/// Refuses what AWS owns as another kind of document, and what is a misspelt document of its own.
pub(super) fn check(kind: Kind, document: Option<&Spanned<DocumentName>>) -> Result<(), Mistake> {
    let Some(document) = document else { return Ok(()) };
    let name = document.get_ref().0.as_str();
    let wrong = |message| Err(Mistake::at(document.span(), message));
    let (other, is) = match kind {
        Kind::Command => (Kind::Automation, "an automation: write [[automations]]"),
        Kind::Automation => (Kind::Command, "a command document: write [[commands]]"),
    };
    if documents::is_owned(other, name) {
        return wrong(format!("{name} is {is}"));
    }
    if !documents::is_unknown(kind, name) {
        return Ok(());
    }
    let near = documents::misspelt(kind, name).or_else(|| documents::misspelt(other, name));
    if let Some(near) = near {
        let message = format!(
            "only AWS names a document like {name}, and none of its own that are known here is called so"
        );
        return Err(Mistake {
            suggestion: Some(near.to_owned()),
            ..Mistake::at(document.span(), message)
        });
    }
    Ok(())
}
