//! Moments in arguments: ISO 8601 text as AWS writes it, or seconds since 1970 as `moontide.now()`
//! gives them; written back as text.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};

/// A moment, as DRS takes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct Moment(pub(crate) String);

impl Moment {
    /// As a moment to reckon with. What was read is one, always.
    pub(crate) fn timestamp(&self) -> Timestamp {
        self.0.parse().unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Seconds(f64),
    Text(String),
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Moment, D::Error> {
        let read = match Written::deserialize(from)? {
            Written::Seconds(seconds) => SignedDuration::try_from_secs_f64(seconds)
                .and_then(Timestamp::from_duration)
                .map(|it| Moment(it.to_string())),
            Written::Text(text) => text.parse::<Timestamp>().map(|_| Moment(text)),
        };
        read.map_err(|_| {
            let hint =
                "a moment is written like \"2026-11-20T00:00:00Z\", or in seconds since 1970";
            serde::de::Error::custom(hint)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn moments_are_text_or_seconds() {
        let read = |value| serde_json::from_value::<Moment>(value).map(|it| it.0);
        assert_eq!(read(json!(1_795_219_200)).unwrap(), "2026-11-21T00:00:00Z");
        assert_eq!(read(json!(1_795_219_200.5)).unwrap(), "2026-11-21T00:00:00.5Z");
        let theirs = "2022-12-07T19:15:38.846723+00:00";
        assert_eq!(read(json!(theirs)).unwrap(), theirs);
        for wrong in [json!("yesterday"), json!(1e300), json!(true)] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
