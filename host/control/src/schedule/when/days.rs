//! The days of a month that a cron expression names: by their numbers, or by the days of the week. One of the two is
//! `?`.

use jiff::civil::{Date, Weekday};

use super::field::{DAY, WEEKDAY, digits};
use super::{Mistake, Numbers};

/// The days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Days {
    /// By their numbers.
    OfMonth(OfMonth),
    /// By the days of the week.
    OfWeek(OfWeek),
}

/// Days of a month by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfMonth {
    /// These, as far as the month has them.
    Numbers(Numbers),
    /// The last one: `L`.
    Last,
    /// The working day that is nearest to this one, in the same month: `15W`.
    Nearest(u16),
}

/// Days of a month by the days of the week; 1 is Sunday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfWeek {
    /// Every one of these.
    Numbers(Numbers),
    /// The n-th of the month: `MON#1`.
    Nth(u16, u16),
    /// The last of the month: `6L`.
    Last(u16),
}

impl OfMonth {
    /// Reads the field.
    pub(super) fn read(text: &str) -> Result<OfMonth, Mistake> {
        if text == "L" {
            return Ok(OfMonth::Last);
        }
        if let Some(day) = text.strip_suffix('W').and_then(digits) {
            return DAY.number(&day.to_string()).map(OfMonth::Nearest);
        }
        let message = if text.contains('W') {
            Some("`W` stands behind one day, alone: `15W`".to_owned())
        } else if text.contains('L') {
            Some("`L` stands alone: the last day".to_owned())
        } else if text.contains('#') {
            Some("`#` belongs into the day of week: `MON#1`".to_owned())
        } else {
            None
        };
        match message {
            Some(message) => Err(Mistake::of(DAY.name, message)),
            None => DAY.read(text).map(OfMonth::Numbers),
        }
    }

    fn includes(&self, date: Date) -> bool {
        let number = number(date.day());
        match self {
            OfMonth::Numbers(numbers) => numbers.contains(number),
            OfMonth::Last => date == date.last_of_month(),
            OfMonth::Nearest(wanted) => nearest_working_day(date, *wanted) == Some(date),
        }
    }
}

impl OfWeek {
    /// Reads the field.
    pub(super) fn read(text: &str) -> Result<OfWeek, Mistake> {
        let refuse = |message: &str| Err(Mistake::of(WEEKDAY.name, message));
        if let Some((day, nth)) = text.split_once('#').filter(|_| !text.contains(',')) {
            let nth = digits(nth).filter(|nth| (1..=5).contains(nth));
            let Some(nth) = nth else {
                return refuse(
                    "behind `#` stands a number from 1 to 5: `MON#1` is the first Monday",
                );
            };
            return WEEKDAY.number(day).map(|day| OfWeek::Nth(day, nth));
        }
        if text.contains('#') {
            return refuse("`#` stands alone, without a list: make two schedules of it");
        }
        if let Some(day) = text.strip_suffix('L').and_then(digits) {
            return WEEKDAY.number(&day.to_string()).map(OfWeek::Last);
        }
        if text.contains('W') && !text.contains("WED") {
            return refuse("`W` belongs into the day of month: `15W`");
        }
        if text.contains('L') && text != "L" {
            return refuse("the last Friday is `6L`: the day's number and `L`, alone");
        }
        if text.contains('/') {
            return refuse("it takes no step: list the days, such as `MON,WED,FRI`");
        }
        WEEKDAY.read(text).map(OfWeek::Numbers)
    }

    fn includes(&self, date: Date) -> bool {
        let day = number(date.weekday().to_sunday_one_offset());
        let nth = (number(date.day()) - 1) / 7 + 1;
        match self {
            OfWeek::Numbers(numbers) => numbers.contains(day),
            OfWeek::Nth(wanted, which) => *wanted == day && *which == nth,
            OfWeek::Last(wanted) => *wanted == day && date.day() + 7 > date.days_in_month(),
        }
    }
}

impl Days {
    /// The days of this month, in their order.
    pub(super) fn of(&self, first: Date) -> impl Iterator<Item = Date> + '_ {
        let days =
            (1..=first.days_in_month()).filter_map(move |day| first.with().day(day).build().ok());
        days.filter(|date| match self {
            Days::OfMonth(days) => days.includes(*date),
            Days::OfWeek(days) => days.includes(*date),
        })
    }
}

/// The working day that is nearest to the day of this number, in the month of `date`; `None`: the month has no such day.
fn nearest_working_day(date: Date, wanted: u16) -> Option<Date> {
    let day = date.with().day(i8::try_from(wanted).ok()?).build().ok()?;
    let (first, last) = (1, day.days_in_month());
    let moved = match day.weekday() {
        Weekday::Saturday if day.day() == first => 3,
        Weekday::Saturday => day.day() - 1,
        Weekday::Sunday if day.day() == last => day.day() - 2,
        Weekday::Sunday => day.day() + 1,
        _ => day.day(),
    };
    day.with().day(moved).build().ok()
}

/// Days and weekdays are never negative.
fn number(day: i8) -> u16 {
    u16::try_from(day).unwrap_or_default()
}
