//! A time zone by its name in the IANA database: in the one that this release carries, and not in that of the machine.
//! Machines that share a store have others, and a local time is one moment for all of them, before and behind an update.

use std::fmt;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use moontide_runtime::plan::suggest;
use serde::{Deserialize, Serialize};

/// A time zone that has a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(pub TimeZone);

impl Default for Zone {
    fn default() -> Zone {
        Zone(TimeZone::UTC)
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Zone, String> {
        // It would be another zone on every machine.
        let zones = TimeZoneDatabase::bundled();
        let found = zones.get(&name).ok().filter(|zone| zone.iana_name().is_some());
        found.map(Zone).ok_or_else(|| {
            let known: Vec<String> = zones.available().map(|it| it.to_string()).collect();
            match suggest::nearest(&name, known.iter().map(String::as_str)) {
                Some(near) => format!("there is no time zone `{name}`, did you mean `{near}`?"),
                None => {
                    format!("there is no time zone `{name}`: it is written like `Europe/Berlin`")
                }
            }
        })
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.name().to_owned()
    }
}

impl Zone {
    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Whether it is UTC.
    pub fn is_utc(&self) -> bool {
        ["UTC", "Etc/UTC"].contains(&self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
