//! One `[[servers]]` entry, and the servers that it stands for.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use toml::Spanned;

use super::duration;
use super::error::Mistake;
use super::identity::{Region, Source, SourceServerId, Zone};
use super::server::{ExistingInstance, Replication, Server};
use crate::platform::Platform;
use crate::{seed, tags};

/// One `[[servers]]` entry, which may stand for several servers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerEntry {
    pub(super) name: Spanned<String>,
    #[serde(default, deserialize_with = "count")]
    count: Option<u32>,
    pub(super) region: Option<Spanned<Region>>,
    availability_zone: Option<Spanned<Zone>>,
    id: Option<Spanned<SourceServerId>>,
    source_region: Option<Source>,
    #[serde(default, deserialize_with = "tags")]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    platform: Platform,
    powershell: Option<Spanned<bool>>,
    #[serde(default = "as_recorded", deserialize_with = "slowness")]
    slowness: f64,
    #[serde(default)]
    replication: Replication,
    #[serde(default, deserialize_with = "duration::read")]
    lag: SignedDuration,
    #[serde(default = "an_hour_of_snapshots", deserialize_with = "snapshots")]
    snapshots: u32,
    #[serde(default = "yes")]
    ssm_agent: bool,
    #[serde(default)]
    termination_protection: bool,
    recovery_instance: Option<ExistingInstance>,
}

/// A server carries what AWS takes as tags.
fn tags<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let tags = BTreeMap::<String, String>::deserialize(from)?;
    tags::check_map(&tags).map_err(|refusal| D::Error::custom(format!("AWS says: {refusal}")))?;
    if tags.len() > tags::MOST {
        return Err(D::Error::custom(format!("a server has {} tags at most", tags::MOST)));
    }
    Ok(tags)
}

/// Where the servers of a world are that name no place of their own.
pub(super) struct Usual<'a> {
    /// Where DRS would launch them.
    pub(super) region: &'a str,
    /// Where they run.
    pub(super) source: Option<&'a Source>,
}

fn as_recorded() -> f64 {
    1.0
}

fn an_hour_of_snapshots() -> u32 {
    6
}

fn yes() -> bool {
    true
}

fn slowness<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    match f64::deserialize(from)? {
        factor if factor.is_finite() && (0.01..=1000.0).contains(&factor) => Ok(factor),
        other => Err(D::Error::custom(format!("slowness is from 0.01 to 1000, not {other}"))),
    }
}

/// DRS keeps 4,000 servers in an account at most.
fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    match u32::deserialize(from)? {
        count @ 1..=4000 => Ok(Some(count)),
        other => Err(D::Error::custom(format!("a count is from 1 to 4000, not {other}"))),
    }
}

/// DRS keeps recovery points of a year at most.
fn snapshots<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    match u32::deserialize(from)? {
        number @ 0..=400 => Ok(number),
        other => Err(D::Error::custom(format!("up to 400 snapshots are kept, not {other}"))),
    }
}

impl ServerEntry {
    /// The servers that this entry stands for, in a world that has these usual places.
    pub(super) fn unfold(&self, usual: &Usual<'_>) -> Result<Vec<Server>, Mistake> {
        let template = self.name.get_ref();
        let servers = match (self.count, template.contains("{n}"), &self.id) {
            (Some(_), _, Some(id)) => {
                Err(Mistake::at(id.span(), "an `id` is of one server; it cannot go with a `count`"))
            }
            (None, false, _) => Ok(vec![self.server(template.clone(), usual)]),
            (None, true, _) => {
                Err(Mistake::at(self.name.span(), "`{n}` in a name needs a `count` beside it"))
            }
            (Some(_), false, _) => {
                Err(Mistake::at(self.name.span(), "with a `count`, the name must contain `{n}`"))
            }
            (Some(count), true, _) => Ok((1..=count)
                .map(|n| self.server(template.replace("{n}", &n.to_string()), usual))
                .collect()),
        }?;
        servers.iter().try_for_each(|server| self.check_name(&server.name))?;
        if let (Platform::Windows, Some(powershell)) = (self.platform, &self.powershell)
            && !powershell.get_ref()
        {
            let message = "every Windows has PowerShell: leave it out";
            return Err(Mistake::at(powershell.span(), message));
        }
        let region = self.region.as_ref().map_or(usual.region, |region| &region.get_ref().0);
        match &self.availability_zone {
            Some(zone) if !zone.get_ref().is_in(region) => {
                let message = format!("{} is not in {region}", zone.get_ref().0);
                return Err(Mistake::at(zone.span(), message));
            }
            _ => {}
        }
        Ok(servers)
    }

    /// A server's name becomes the tag `Name` of its instance, unless it has one.
    fn check_name(&self, name: &str) -> Result<(), Mistake> {
        let at = |message: String| Err(Mistake::at(self.name.span(), message));
        if name.trim().is_empty() {
            return at("a server has a name".to_owned());
        }
        if name.chars().any(char::is_control) {
            return at("a name is one line of text".to_owned());
        }
        if name.chars().count() > tags::LONGEST_VALUE {
            return at(format!(
                "a name has {} characters at most: it is the tag `Name` of an instance",
                tags::LONGEST_VALUE
            ));
        }
        Ok(())
    }

    fn server(&self, name: String, usual: &Usual<'_>) -> Server {
        let region = self.region.as_ref().map_or(usual.region, |region| &region.get_ref().0);
        Server {
            id: match &self.id {
                Some(id) => id.get_ref().0.clone(),
                None if region == usual.region => format!("s-{}", seed::digest(&name, 17)),
                None => format!("s-{}", seed::digest(&format!("{region}/{name}"), 17)),
            },
            region: region.to_owned(),
            zone: match &self.availability_zone {
                Some(zone) => zone.get_ref().0.clone(),
                None => format!("{region}a"),
            },
            source: self.source_region.as_ref().or(usual.source).and_then(|it| it.0.clone()),
            name,
            tags: self.tags.clone(),
            platform: self.platform,
            powershell: self.platform == Platform::Windows
                || self.powershell.as_ref().is_some_and(|it| *it.get_ref()),
            slowness: self.slowness,
            replication: self.replication,
            lag: self.lag,
            snapshots: self.snapshots,
            ssm_agent: self.ssm_agent,
            termination_protection: self.termination_protection,
            recovery_instance: self.recovery_instance,
        }
    }
}
