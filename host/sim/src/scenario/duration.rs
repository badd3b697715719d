//! Durations as an author writes them: `"90s"`, `"2h30m"`.

use jiff::SignedDuration;
use serde::de::{Deserialize, Deserializer, Error};

/// Beyond it, adding durations to the time of day might leave the calendar.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 36_525);

/// Reads a duration, in the spelling that runbooks use too.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(from)?;
    let Ok(duration) = humantime::parse_duration(&text) else {
        return Err(D::Error::custom(format!(
            "{text:?} is not a duration; write it like \"90s\" or \"2h30m\""
        )));
    };
    match SignedDuration::try_from(duration) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        _ => Err(D::Error::custom(format!("{text:?} is longer than a century"))),
    }
}

/// Reads how long something lasts; left out, it lasts for ever.
pub(super) fn read_lasting<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<SignedDuration>, D::Error> {
    match read(from)? {
        SignedDuration::ZERO => {
            Err(D::Error::custom("what lasts no time never happens; left out, it lasts for ever"))
        }
        duration => Ok(Some(duration)),
    }
}
