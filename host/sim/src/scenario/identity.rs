//! The names by which AWS knows the estate: account, Region, source server id.

use serde::de::{Deserialize, Deserializer, Error};

use super::regions::REGIONS;

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
        if REGIONS.contains(&text.as_str()) {
            Ok(Self(text))
        } else if is_well_formed(&text) {
            let known: Vec<String> = REGIONS.iter().map(|known| format!("`{known}`")).collect();
            let known = known.join(", ");
            Err(E::custom(format!("unknown Region `{text}`, expected one of {known}")))
        } else {
            Err(E::custom(format!("{text:?} is not a Region; write it like \"us-west-2\"")))
        }
    }
}

fn is_well_formed(region: &str) -> bool {
    let parts = || region.split('-');
    parts().count() >= 3
        && parts().all(|part| !part.is_empty())
        && region.ends_with(|last: char| last.is_ascii_digit())
        && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
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
        if !is_well_formed(&text) {
            return Err(D::Error::custom(format!(
                "{text:?} is not a Region; write it like \"us-west-2\", or \"{ON_PREMISES}\" for a data centre"
            )));
        }
        Region::of(text).map(|Region(region)| Self(Some(region)))
    }
}

/// A Region and a letter: `us-west-2a`.
#[derive(Debug, Clone)]
pub(super) struct Zone(pub(super) String);

impl Zone {
    /// Whether it is one of this Region.
    pub(super) fn is_in(&self, region: &str) -> bool {
        self.0.strip_prefix(region).is_some_and(|rest| rest.len() == 1)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let zone = Self(String::deserialize(from)?);
        let is_one = zone.0.ends_with(|last: char| last.is_ascii_lowercase())
            && REGIONS.iter().any(|region| zone.is_in(region));
        let message = format!("{:?} is no Availability Zone; write it like \"us-west-2a\"", zone.0);
        if is_one { Ok(zone) } else { Err(D::Error::custom(message)) }
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
