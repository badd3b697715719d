//! When a fault strikes, and how often.

use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::duration;

/// When a lasting fault holds, counted from the start of the world.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Window {
    #[serde(deserialize_with = "duration::read")]
    pub(crate) after: SignedDuration,
    #[serde(rename = "for", deserialize_with = "duration::read_lasting")]
    pub(crate) lasting: Option<SignedDuration>,
}

impl Window {
    /// Whether the fault holds `elapsed` after the start of the world.
    pub(crate) fn contains(&self, elapsed: SignedDuration) -> bool {
        elapsed >= self.after && self.end().is_none_or(|end| elapsed < end)
    }

    /// When it is over; `None` if never.
    pub(crate) fn end(&self) -> Option<SignedDuration> {
        self.lasting.map(|lasting| self.after.saturating_add(lasting))
    }
}

/// When, and how often, a fault of single events strikes.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Occasion {
    /// Events let through first.
    pub(crate) skip: u32,
    #[serde(deserialize_with = "times")]
    pub(crate) times: Option<u32>,
    #[serde(deserialize_with = "duration::read")]
    pub(crate) after: SignedDuration,
    #[serde(rename = "for", deserialize_with = "duration::read_lasting")]
    pub(crate) lasting: Option<SignedDuration>,
}

fn times<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    match u32::deserialize(from)? {
        0 => Err(D::Error::custom("what strikes no time never happens: leave the fault out")),
        times => Ok(Some(times)),
    }
}

impl Occasion {
    pub(crate) fn window(&self) -> Window {
        Window { after: self.after, lasting: self.lasting }
    }

    /// How often it strikes: by default once, or without limit inside a window that ends.
    pub(crate) fn limit(&self) -> u32 {
        self.times.unwrap_or(if self.lasting.is_some() { u32::MAX } else { 1 })
    }
}
