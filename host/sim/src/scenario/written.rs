//! The fields of a world file, as serde reads them.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::Value;
use toml::Spanned;

use super::automation::Automation;
use super::command::Command;
use super::identity::{Account, Region, Source};
use super::remembered;
use super::server_entry::ServerEntry;
use super::timing::Timing;

/// The file without its faults, which are read kind by kind, and without the sections of services: the reader takes
/// them out first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(rename = "version")]
    _version: i64,
    pub(super) account: Account,
    pub(super) region: Region,
    #[serde(default)]
    pub(super) regions: Vec<Spanned<Region>>,
    /// Where the servers run that do not say it themselves.
    pub(super) source_region: Option<Source>,
    #[serde(default)]
    pub(super) seed: u64,
    #[serde(default, deserialize_with = "start")]
    pub(super) start: Option<Timestamp>,
    #[serde(default = "default_page_size")]
    pub(super) page_size: NonZeroUsize,
    /// Never present, as `_faults` below.
    #[serde(default, rename = "quotas")]
    _quotas: (),
    #[serde(default)]
    pub(super) timing: Timing,
    pub(super) servers: Vec<Spanned<ServerEntry>>,
    #[serde(default)]
    pub(super) commands: Vec<Spanned<Command>>,
    #[serde(default)]
    pub(super) automations: Vec<Spanned<Automation>>,
    #[serde(default, deserialize_with = "remembered::read")]
    pub(super) state: BTreeMap<String, Value>,
    /// Never present when this is read; named here so that the list of known fields is whole.
    #[serde(default, rename = "faults")]
    _faults: (),
}

/// A string: TOML's own dates may lack a zone, and then say nothing about when.
fn start<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let wrong = || D::Error::custom("a start is a string: \"2026-11-20T08:00:00Z\"");
    let text = String::deserialize(from).map_err(|_| wrong())?;
    text.parse().map(Some).map_err(|_| wrong())
}

fn default_page_size() -> NonZeroUsize {
    const { NonZeroUsize::new(100).expect("100 is not zero") }
}
