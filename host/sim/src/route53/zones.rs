//! Hosted zones: what the world file says of them, and their records.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::error::Error;
use super::record_set::{RecordSet, Written, canonical};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::scenario::Section;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "route53.global",
        "Route 53 has no Region: a zone is the same whichever Region a request is signed for.",
        source::ROUTE53_GUIDE,
    ),
    Fact::documented(
        "route53.unknown-zone",
        "An unknown zone is 404 NoSuchHostedZone.",
        source::ROUTE53_GUIDE,
    ),
    Fact::assumed(
        "route53.own-records",
        "A zone holds the records of the world file, and no NS and SOA of its own.",
        "a runbook has no business with them",
    ),
];

/// The field of the world file: `[[hosted_zones]]`.
pub(super) static SECTION: Section = Section::of::<Vec<HostedZone>>("hosted_zones");

/// A zone as the world file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostedZone {
    #[serde(deserialize_with = "id")]
    id: String,
    /// The domain: `shop.example`.
    name: String,
    #[serde(default)]
    records: Vec<Written>,
}

fn id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let id = String::deserialize(from)?;
    let is_one = |it: u8| it.is_ascii_uppercase() || it.is_ascii_digit();
    if id.starts_with('Z') && id.len() <= 32 && id.bytes().all(is_one) {
        return Ok(id);
    }
    Err(D::Error::custom(format!(
        "{id:?} is not the id of a hosted zone; write it like \"Z0123456789ABCDEFGHIJ\""
    )))
}

/// Route 53 in the account.
#[derive(Debug)]
pub(super) struct Route53 {
    zones: Vec<Zone>,
    /// How many batches were taken.
    pub(super) changes: usize,
}

/// A zone as it is now.
#[derive(Debug)]
pub(super) struct Zone {
    id: String,
    /// With the dot at its end.
    pub(super) name: String,
    /// By their places, in which they are listed.
    pub(super) records: BTreeMap<String, RecordSet>,
}

impl Route53 {
    /// Route 53 as it stands when the story begins.
    pub(super) fn new(estate: &Estate) -> Self {
        let zones: &Vec<HostedZone> = estate.scenario.section(&SECTION);
        let zone = |zone: &HostedZone| Zone {
            id: zone.id.clone(),
            name: canonical(&zone.name),
            records: zone
                .records
                .iter()
                .map(Written::record_set)
                .map(|set| (set.place(), set))
                .collect(),
        };
        Self { zones: zones.iter().map(zone).collect(), changes: 0 }
    }

    /// The zone with this id.
    pub(super) fn zone(&mut self, id: &str) -> Result<&mut Zone, Error> {
        let zone = self.zones.iter_mut().find(|zone| zone.id == id);
        zone.ok_or_else(|| Error::no_such_zone(id))
    }
}
