//! The names by which AWS knows the estate: account, Region, source server id.

use serde::de::{Deserialize, Deserializer, Error};

/// Twelve digits.
pub(super) struct Account(pub(super) String);

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(D::Error::custom("an account is a string of twelve digits"))
        }
    }
}

/// Something like `us-west-2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Region(pub(crate) String);

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::of(String::deserialize(from)?)
    }
}

impl Region {
    fn of<E: Error>(text: String) -> Result<Self, E> {
        let well_formed = text.split('-').count() >= 3
            && text.ends_with(|last: char| last.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if well_formed {
            Ok(Self(text))
        } else {
            Err(E::custom(format!("{text:?} is not a Region; write it like \"us-west-2\"")))
        }
    }
}

/// Where source servers run: a Region, or a data centre, which is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source(pub(crate) Option<String>);

/// How a world says that servers run in no Region.
const ON_PREMISES: &str = "on-premises";

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text == ON_PREMISES {
            return Ok(Self(None));
        }
        match Region::of::<D::Error>(text) {
            Ok(Region(region)) => Ok(Self(Some(region))),
            Err(error) => {
                Err(D::Error::custom(format!("{error}; a data centre is \"{ON_PREMISES}\"")))
            }
        }
    }
}

/// `s-` and 17 letters or digits.
pub(super) struct SourceServerId(pub(super) String);

impl<'de> Deserialize<'de> for SourceServerId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        match text.strip_prefix("s-") {
            Some(rest) if rest.len() == 17 && rest.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Ok(Self(text))
            }
            _ => Err(D::Error::custom("a source server id is `s-` and 17 letters or digits")),
        }
    }
}
