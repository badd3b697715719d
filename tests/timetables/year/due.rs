//! The schedules of the year, and its times as a calendar has them: counted day by day, not by what the product reads in
//! their expressions.

use jiff::civil::{Date, Time, Weekday, date, time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// The file that is imported.
pub(crate) const FILE: &str = r#"
[[schedules]]
name = "berlin-weekly"
kind = "rehearsal"
runbook = "hello"
when = "cron(30 2 ? * SUN *)"
zone = "Europe/Berlin"
not_on = ["2027-05-16", "2027-12-24..2028-01-06"]

[[schedules]]
name = "berlin-last"
kind = "rehearsal"
runbook = "hello"
when = "cron(15 2 ? * 1L *)"
zone = "Europe/Berlin"

[[schedules]]
name = "york-weekly"
kind = "rehearsal"
runbook = "hello"
when = "cron(30 1 ? * SUN *)"
zone = "America/New_York"

[[schedules]]
name = "york-second"
kind = "rehearsal"
runbook = "hello"
when = "cron(30 2 ? * 1#2 *)"
zone = "America/New_York"

[[schedules]]
name = "fortnight"
kind = "rehearsal"
runbook = "hello"
when = "rate(14 days)"
start = 2027-01-05T12:00:00Z

[[schedules]]
name = "drill"
runbook = "hello"
when = "cron(0 3 1,15 * ? *)"
zone = "Europe/Berlin"
cleanup = "always"
"#;

/// How late a time is started at most, as the schedules have it.
pub(crate) const LATE: SignedDuration = SignedDuration::from_hours(1);

/// A time of the year.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) schedule: &'static str,
    /// Of one that does not exist: as if the clocks had not been set yet.
    pub(crate) at: Timestamp,
    /// Why it is skipped: a part of the reason.
    pub(crate) skipped: Option<&'static str>,
}

/// All of them, in their order.
pub(crate) fn all() -> Vec<Due> {
    let mut all = Vec::new();
    let mut day = date(2027, 1, 1);
    while day.year() == 2027 {
        for (schedule, zone, clock, is_its) in CALENDARS {
            if is_its(day) {
                all.push(on(schedule, zone, (day, clock)));
            }
        }
        day = day.tomorrow().expect("it is no last day");
    }
    let first: Timestamp = "2027-01-05T12:00:00Z".parse().expect("a moment");
    all.extend((0..26).map(|number| Due {
        schedule: "fortnight",
        at: first + (number * 14 * 24).hours(),
        skipped: None,
    }));
    all.sort_by_key(|due| due.at);
    all
}

type Calendar = (&'static str, &'static str, Time, fn(Date) -> bool);

const CALENDARS: [Calendar; 5] = [
    ("berlin-weekly", "Europe/Berlin", time(2, 30, 0, 0), is_sunday),
    ("berlin-last", "Europe/Berlin", time(2, 15, 0, 0), |day| {
        is_sunday(day) && day.day() + 7 > day.days_in_month()
    }),
    ("york-weekly", "America/New_York", time(1, 30, 0, 0), is_sunday),
    ("york-second", "America/New_York", time(2, 30, 0, 0), |day| {
        is_sunday(day) && (8..=14).contains(&day.day())
    }),
    ("drill", "Europe/Berlin", time(3, 0, 0, 0), |day| [1, 15].contains(&day.day())),
];

fn is_sunday(day: Date) -> bool {
    day.weekday() == Weekday::Sunday
}

fn on(schedule: &'static str, zone: &str, (day, clock): (Date, Time)) -> Due {
    let zone = TimeZone::get(zone).expect("it is known");
    let local = day.to_datetime(clock);
    let (offset, exists) = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => (offset, true),
        AmbiguousOffset::Fold { before, .. } => (before, true),
        AmbiguousOffset::Gap { before, .. } => (before, false),
    };
    let at = offset.to_timestamp(local).expect("it is in the year");
    let is_blocked =
        schedule == "berlin-weekly" && (day == date(2027, 5, 16) || day >= date(2027, 12, 24));
    let skipped = match (exists, is_blocked) {
        (false, _) => Some("does not exist in"),
        (true, true) => Some("not on 2027-"),
        (true, false) => None,
    };
    Due { schedule, at, skipped }
}
