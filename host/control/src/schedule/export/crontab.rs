//! A line of a crontab, which runs on the clocks of its machine.

use super::numbers::Style;
use super::{Call, cannot};
use crate::error::Result;
use crate::schedule::declared::Schedule;
use crate::schedule::when::{Days, Kind, OfMonth, OfWeek};

const FORMAT: &str = "a crontab";
const STYLE: Style = Style { range: "-", digits: 1 };

/// The lines of a schedule, for a machine in this zone.
pub fn write(schedule: &Schedule, call: &Call, machine: &str) -> Result<String> {
    let refuse = |why: &str| Err(cannot(schedule, FORMAT, why));
    let Kind::Cron(cron) = &schedule.when.kind else {
        return refuse("it knows no `rate(…)`, and no `at(…)`");
    };
    if !cron.years.is_any {
        return refuse("it knows no years");
    }
    let zone = schedule.zone.name();
    let is_same =
        zone == machine || schedule.zone.is_utc() && ["UTC", "Etc/UTC"].contains(&machine);
    if !is_same {
        let why =
            format!("it runs on the machine's clocks, in {machine}, and the schedule in {zone}");
        return refuse(&why);
    }
    let (day, weekday) = match &cron.days {
        Days::OfMonth(OfMonth::Numbers(days)) => (STYLE.write(days), "*".to_owned()),
        Days::OfMonth(OfMonth::Last) | Days::OfWeek(OfWeek::Last(_)) => {
            return refuse("it knows no `L`");
        }
        Days::OfMonth(OfMonth::Nearest(_)) => return refuse("it knows no `W`"),
        Days::OfWeek(OfWeek::Numbers(days)) => {
            let mut days = days.clone();
            // Its Sunday is 0.
            days.all.iter_mut().for_each(|day| *day -= 1);
            ("*".to_owned(), STYLE.write(&days))
        }
        Days::OfWeek(OfWeek::Nth(..)) => return refuse("it knows no `#`"),
    };
    let times = [&cron.minutes, &cron.hours].map(|numbers| STYLE.write(numbers)).join(" ");
    let month = STYLE.write(&cron.months);
    // A `%` would be a line break.
    let run = call.run(schedule).replace('%', "\\%");
    let Schedule { name, when, .. } = schedule;
    // Between its times as well: what waits is tried again, what was cut off goes on, and cleanups are done.
    Ok(format!(
        "# {name}: {when} in {zone}\n{times} {day} {month} {weekday} {run}\n*/10 * * * * {run} --quiet\n"
    ))
}
