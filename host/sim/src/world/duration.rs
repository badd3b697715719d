//! Durations as an author writes them: `"90s"`, `"2h30m"`.

use jiff::SignedDuration;
use serde::de::{Deserialize, Deserializer, Error};

/// Reads a duration that is not negative.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(from)?;
    match text.parse::<SignedDuration>() {
        Ok(duration) if !duration.is_negative() => Ok(duration),
        _ => Err(D::Error::custom(format!(
            "{text:?} is not a duration; write it like \"90s\" or \"2h30m\""
        ))),
    }
}

/// Reads a duration that may be left out.
pub(super) fn read_some<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<SignedDuration>, D::Error> {
    read(from).map(Some)
}
