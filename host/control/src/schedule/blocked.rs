//! Days on which nothing is started: `2026-12-24..2027-01-06`, both included, or one day.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Days in a row, on the clocks of the schedule's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocked {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
    /// What they are, where a calendar says it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

impl Blocked {
    /// Reads one, as a file of schedules has it.
    pub fn read(text: &str) -> Result<Blocked, String> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = (day(first)?, day(last)?);
        if first > last {
            return Err(format!("`{text}` runs backwards"));
        }
        Ok(Blocked { first, last, about: String::new() })
    }

    /// Whether a day is one of them.
    pub fn contains(&self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// Reads a day: jiff takes more than is meant here.
fn day(text: &str) -> Result<Date, String> {
    let is_shaped = text.len() == 10 && text.bytes().all(|it| it.is_ascii_digit() || it == b'-');
    text.parse().ok().filter(|_| is_shaped).ok_or_else(|| {
        format!(
            "`{text}` is no day: days are written `2026-12-24..2027-01-06`, or a file ends in .ics"
        )
    })
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        if self.last != self.first {
            write!(f, "..{}", self.last)?;
        }
        if !self.about.is_empty() {
            write!(f, " ({})", self.about)?;
        }
        Ok(())
    }
}
