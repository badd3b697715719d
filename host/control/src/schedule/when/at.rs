//! `at(yyyy-mm-ddThh:mm:ss)`: once, at a local time.

use jiff::civil::DateTime;

use super::Mistake;
use super::field::YEAR;

/// How it is written, a digit for each 0.
const SHAPE: &str = "0000-00-00T00:00:00";

/// Reads what stands in the brackets.
pub(super) fn read(text: &str) -> Result<DateTime, Mistake> {
    let wrong = |message: String| Mistake { field: Some("at"), message, meant: None };
    let fits = |(is, shape): (char, char)| {
        if shape == '0' { is.is_ascii_digit() } else { is == shape }
    };
    let is_written_so = text.len() == SHAPE.len() && text.chars().zip(SHAPE.chars()).all(fits);
    if !is_written_so {
        let message = format!("`{text}` is not written yyyy-mm-ddThh:mm:ss");
        let meant = match text.len() {
            10 => Some(format!("at({text}T00:00:00)")),
            16 => Some(format!("at({text}:00)")),
            _ => text.strip_suffix('Z').map(|local| format!("at({local})")),
        };
        return Err(wrong(message).meant(meant));
    }
    let time: DateTime = text.parse().map_err(|_| wrong(format!("there is no `{text}`")))?;
    let year = u16::try_from(time.year()).unwrap_or_default();
    if (YEAR.least..=YEAR.most).contains(&year) {
        return Ok(time);
    }
    Err(wrong(format!("the year {year} is not from {} to {}", YEAR.least, YEAR.most)))
}
