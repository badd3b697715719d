//! `rate(n minutes)`: every so often. A day is 24 hours, whatever the clocks do.

use jiff::{SignedDuration, Timestamp};

use super::Mistake;

/// Longer ones are no schedule.
const MOST_DAYS: i64 = 3_660;
/// The units, and their seconds.
const UNITS: [(&str, i64); 3] = [("minute", 60), ("hour", 3_600), ("day", 86_400)];

/// Every so often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The time from one to the next.
    pub every: SignedDuration,
}

impl Rate {
    /// Reads what stands in the brackets.
    pub(super) fn read(text: &str) -> Result<Rate, Mistake> {
        let wrong = |message: String| Mistake { field: Some("rate"), message, meant: None };
        let Some((number, unit)) = text.split_once(' ') else {
            let message = format!("`{text}` is a number and a unit: `rate(90 minutes)`");
            return Err(wrong(message));
        };
        let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
        let Some(count) = number.parse::<i64>().ok().filter(|it| is_number && *it > 0) else {
            let message = format!("`{number}` is no whole number above 0");
            return Err(wrong(message));
        };
        let singular = unit.strip_suffix('s').unwrap_or(unit);
        let Some((name, seconds)) = UNITS.into_iter().find(|(name, _)| *name == singular) else {
            let message = format!("`{unit}` is none of minutes, hours and days");
            return Err(wrong(message));
        };
        let ending = if count == 1 { "" } else { "s" };
        if unit != format!("{name}{ending}") {
            let message = format!("{count} takes `{name}{ending}`");
            return Err(wrong(message).meant(Some(format!("rate({count} {name}{ending})"))));
        }
        let every = count.checked_mul(seconds).filter(|it| *it <= MOST_DAYS * 86_400);
        let message = || format!("it is at most {MOST_DAYS} days");
        every
            .map(SignedDuration::from_secs)
            .map(|every| Rate { every })
            .ok_or_else(|| wrong(message()))
    }

    /// The moments after this one, counted from a start, which is the first of them.
    pub(super) fn after(
        &self,
        start: Timestamp,
        from: Timestamp,
    ) -> impl Iterator<Item = Timestamp> {
        let every = self.every.as_secs();
        let gone = from.as_second() - start.as_second();
        // What lies before the start is none.
        let next = if from < start { 0 } else { gone / every + 1 };
        let at = move |n: i64| Timestamp::from_second(start.as_second() + n * every).ok();
        (next..).map_while(at)
    }
}
