//! Durations in arguments: `"90s"`, `"2h30m"` or a number of seconds; written back as seconds.

use std::time::Duration;

use moontide_runtime::plan::duration;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time as authors give it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Length(pub(crate) Duration);

impl Length {
    pub(crate) const fn minutes(minutes: u64) -> Length {
        Length(Duration::from_secs(minutes * 60))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Seconds(f64),
    Text(String),
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Length, D::Error> {
        let read = match Written::deserialize(from)? {
            Written::Seconds(seconds) => Duration::try_from_secs_f64(seconds).ok(),
            Written::Text(text) => duration::parse_any(&text),
        };
        read.map(Length).ok_or_else(|| {
            serde::de::Error::custom(
                "a duration is written like \"90s\" or \"2h30m\", or in seconds",
            )
        })
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.subsec_nanos() {
            0 => to.serialize_u64(self.0.as_secs()),
            _ => to.serialize_f64(self.0.as_secs_f64()),
        }
    }
}
