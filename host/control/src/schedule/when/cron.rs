//! `cron(minute hour day-of-month month day-of-week year)`.

use jiff::civil::{Date, DateTime, Time};

use super::field::{HOUR, MINUTE, MONTH, YEAR};
use super::{Days, Mistake, Numbers, OfMonth, OfWeek};

/// A cron expression of `EventBridge`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    /// The minutes of an hour.
    pub minutes: Numbers,
    /// The hours of a day.
    pub hours: Numbers,
    /// The days of a month.
    pub days: Days,
    /// The months of a year.
    pub months: Numbers,
    /// The years.
    pub years: Numbers,
}

impl Cron {
    /// Reads what stands in the brackets.
    pub(super) fn read(text: &str) -> Result<Cron, Mistake> {
        let fields: Vec<&str> = text.split(' ').collect();
        if text.contains(char::is_whitespace) && fields.contains(&"") {
            let plain: Vec<&str> = text.split_whitespace().collect();
            let meant = Some(format!("cron({})", plain.join(" ")));
            return Err(Mistake::of_all("one blank stands between two fields").meant(meant));
        }
        let [minute, hour, day, month, weekday, year] = fields[..] else {
            return Err(count(&fields));
        };
        let days = match (day, weekday) {
            ("?", "?") => {
                let meant = format!("cron({minute} {hour} * {month} ? {year})");
                let message = "one of day of month and day of week is `?`, not both";
                return Err(Mistake::of("day of month", message).meant(Some(meant)));
            }
            ("?", weekday) => Days::OfWeek(OfWeek::read(weekday)?),
            (day, "?") => Days::OfMonth(OfMonth::read(day)?),
            (day, weekday) => {
                let meant = match (day, weekday) {
                    (day, "*") => Some(format!("cron({minute} {hour} {day} {month} ? {year})")),
                    ("*", days) => Some(format!("cron({minute} {hour} ? {month} {days} {year})")),
                    _ => None,
                };
                let message = "one of day of month and day of week is `?`: the other one says \
                               which days";
                return Err(Mistake::of("day of week", message).meant(meant));
            }
        };
        Ok(Cron {
            minutes: MINUTE.read(minute)?,
            hours: HOUR.read(hour)?,
            days,
            months: MONTH.read(month)?,
            years: YEAR.read(year)?,
        })
    }

    /// The local times at or after this one, in their order.
    pub(super) fn from(&self, from: DateTime) -> impl Iterator<Item = DateTime> + '_ {
        let first = from.date().first_of_month();
        let year = u16::try_from(from.year()).unwrap_or_default();
        let years = &self.years.all[self.years.all.partition_point(|it| *it < year)..];
        let months = years.iter().flat_map(|year| {
            self.months.all.iter().filter_map(|month| {
                Date::new(i16::try_from(*year).ok()?, i8::try_from(*month).ok()?, 1).ok()
            })
        });
        let days =
            months.filter(move |month| *month >= first).flat_map(|month| self.days.of(month));
        let times = days.filter(move |day| *day >= from.date()).flat_map(move |day| {
            self.hours.all.iter().flat_map(move |hour| {
                self.minutes.all.iter().filter_map(move |minute| {
                    let (hour, minute) = (i8::try_from(*hour).ok()?, i8::try_from(*minute).ok()?);
                    Some(day.to_datetime(Time::new(hour, minute, 0, 0).ok()?))
                })
            })
        });
        times.filter(move |time| *time >= from)
    }
}

/// The complaint about too few or too many fields.
fn count(fields: &[&str]) -> Mistake {
    let message = format!(
        "a cron expression has six fields (minute hour day-of-month month day-of-week year), and this \
         has {}",
        if fields == [""] { 0 } else { fields.len() }
    );
    let meant = match fields {
        [minute, hour, day, month, weekday] => {
            let days = if *weekday == "*" { [*day, "?"] } else { [*day, *weekday] };
            Some(format!("cron({minute} {hour} {} {month} {} *)", days[0], days[1]))
        }
        ["0", rest @ ..] if rest.len() == 6 => Some(format!("cron({})", rest.join(" "))),
        _ => None,
    };
    Mistake::of_all(message).meant(meant)
}
