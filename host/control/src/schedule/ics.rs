//! A calendar file (RFC 5545), read for its days: each event blocks those on which it lies. What repeats otherwise than
//! every year is refused, so that no day is left out without a word.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::blocked::Blocked;

/// So many years of an event that repeats every year.
const YEARS: i64 = 20;
/// No name of an event is longer here.
const LONGEST_NAME: usize = 60;

#[derive(Default)]
struct Event {
    first: Option<Date>,
    /// The day behind the last one, or the day on which it ends.
    end: Option<(Date, bool)>,
    lasts: Option<i64>,
    name: String,
    every_year: bool,
    is_cancelled: bool,
}

/// Reads the days of a calendar. A complaint names the line.
pub fn read(text: &str) -> Result<Vec<Blocked>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.trim_start().starts_with("BEGIN:VCALENDAR") {
        return Err("it does not begin with BEGIN:VCALENDAR".to_owned());
    }
    let (mut days, mut event) = (Vec::new(), None);
    // What lies within an event, such as its alarm, says nothing of its days.
    let mut depth = 0_usize;
    for (number, line) in unfolded(text) {
        let wrong = |message: String| format!("line {number}: {message}");
        let Some((head, value)) = line.split_once(':') else { continue };
        let name = head.split(';').next().unwrap_or_default().to_ascii_uppercase();
        match (name.as_str(), value.trim()) {
            ("BEGIN", "VEVENT") if event.is_none() => event = Some(Event::default()),
            ("BEGIN", _) if event.is_some() => depth += 1,
            ("END", "VEVENT") if depth == 0 => {
                if let Some(done) = event.take() {
                    days.extend(done.days().map_err(wrong)?);
                }
            }
            ("END", _) if event.is_some() => depth = depth.saturating_sub(1),
            (name, value) if depth == 0 => {
                if let Some(event) = &mut event {
                    event.take(name, value).map_err(wrong)?;
                }
            }
            _ => {}
        }
    }
    if event.is_some() {
        return Err("it ends within an event".to_owned());
    }
    Ok(days)
}

impl Event {
    fn take(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "DTSTART" => self.first = Some(date(value)?),
            "DTEND" => self.end = Some((date(value)?, is_midnight(value))),
            "DURATION" => self.lasts = Some(whole_days(value)?),
            "SUMMARY" => self.name = unescaped(value),
            "STATUS" => self.is_cancelled = value.eq_ignore_ascii_case("CANCELLED"),
            "RRULE" => {
                let rule = value.to_ascii_uppercase();
                let mut parts = rule.split(';').filter(|part| !part.starts_with("WKST="));
                self.every_year = parts.all(|part| ["FREQ=YEARLY", "INTERVAL=1"].contains(&part));
                if !self.every_year {
                    return Err(format!(
                        "the event repeats by `{value}`, and only `FREQ=YEARLY` is read: write its days out"
                    ));
                }
            }
            "RDATE" | "EXDATE" | "EXRULE" => {
                return Err(format!("`{name}` is not read: write the days of the event out"));
            }
            _ => {}
        }
        Ok(())
    }

    fn days(self) -> Result<Vec<Blocked>, String> {
        if self.is_cancelled {
            return Ok(Vec::new());
        }
        let first = self.first.ok_or("the event has no DTSTART")?;
        let last = match (self.end, self.lasts) {
            (Some((end, true)), _) if end > first => {
                end.yesterday().map_err(|it| it.to_string())?
            }
            (Some((end, _)), _) => end,
            (None, Some(days)) => first.saturating_add((days - 1).max(0).days()),
            (None, None) => first,
        };
        if last < first {
            return Err("the event ends before it starts".to_owned());
        }
        let years = if self.every_year { YEARS } else { 1 };
        let moved = |date: Date, years: i64| date.saturating_add(Span::new().years(years));
        Ok((0..years)
            .map(|years| Blocked {
                first: moved(first, years),
                last: moved(last, years),
                about: self.name.clone(),
            })
            .collect())
    }
}

/// The lines with their numbers; one that begins with a blank belongs to the one before.
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some((_, last))) => last.push_str(more),
            _ => lines.push((at + 1, line.to_owned())),
        }
    }
    lines
}

/// The day of `20261224` or `20261224T180000Z`.
fn date(value: &str) -> Result<Date, String> {
    let wrong = || format!("`{value}` is no date");
    let day = value.get(..8).filter(|day| day.bytes().all(|it| it.is_ascii_digit()));
    let day = day.ok_or_else(wrong)?;
    format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]).parse().map_err(|_| wrong())
}

/// Whether nothing of this day belongs to an event that ends then.
fn is_midnight(value: &str) -> bool {
    value.len() == 8 || value.get(8..15) == Some("T000000")
}

/// How many days `P1D`, `P2W` or `PT3H` touch.
fn whole_days(value: &str) -> Result<i64, String> {
    let span: Span = value.parse().map_err(|_| format!("`{value}` is no duration"))?;
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let more = span.get_hours() != 0 || span.get_minutes() != 0 || span.get_seconds() != 0;
    Ok(days + i64::from(more))
}

/// The text of a name, which is printed among our words.
fn unescaped(value: &str) -> String {
    let plain = value.replace("\\n", " ").replace("\\N", " ").replace('\\', "");
    plain.chars().filter(|it| !it.is_control()).take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(events: &str) -> Vec<String> {
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
        read(&text).unwrap().iter().map(ToString::to_string).collect()
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n", lines.replace('\n', "\r\n"))
    }

    #[test]
    fn an_event_blocks_the_days_on_which_it_lies() {
        let freeze = "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20270107\nSUMMARY:Christmas\\, new\n  year";
        assert_eq!(days(&event(freeze)), ["2026-12-24..2027-01-06 (Christmas, new year)"]);
        assert_eq!(days(&event("DTSTART;VALUE=DATE:20270501")), ["2027-05-01"]);
        let night =
            "DTSTART;TZID=Europe/Berlin:20270315T220000\nDTEND;TZID=Europe/Berlin:20270316T020000";
        assert_eq!(days(&event(night)), ["2027-03-15..2027-03-16"]);
        let evening = "DTSTART:20270315T220000Z\nDTEND:20270316T000000Z";
        assert_eq!(days(&event(evening)), ["2027-03-15"]);
        assert_eq!(
            days(&event("DTSTART;VALUE=DATE:20270315\nDURATION:P1W")),
            ["2027-03-15..2027-03-21"]
        );
        assert_eq!(days(&event("DTSTART;VALUE=DATE:20270315\nSTATUS:CANCELLED")).len(), 0);
        let alarm = "DTSTART;VALUE=DATE:20270315\nBEGIN:VALARM\nDURATION:PT5M\nDTSTART:nonsense\nEND:VALARM";
        assert_eq!(days(&event(alarm)), ["2027-03-15"]);
    }

    #[test]
    fn what_repeats_every_year_does_and_what_repeats_otherwise_is_refused() {
        let yearly = days(&event("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY"));
        assert_eq!(yearly[..2], ["2026-12-25", "2027-12-25"]);
        assert_eq!(yearly.len(), 20);
        let refused =
            |lines: &str| read(&format!("BEGIN:VCALENDAR\n{}", event(lines))).unwrap_err();
        assert!(
            refused("DTSTART:20270101\nRRULE:FREQ=WEEKLY").starts_with("line 4: the event repeats")
        );
        assert!(refused("DTSTART:20270101\nEXDATE:20280101").contains("EXDATE"));
        assert!(refused("DTSTART:2027-01-01").contains("is no date"));
        assert!(refused("SUMMARY:x").contains("no DTSTART"));
        assert!(refused("DTSTART:20270102\nDTEND:20270101").contains("ends before"));
        assert!(read("<html>").is_err() && read("BEGIN:VCALENDAR\nBEGIN:VEVENT\n").is_err());
    }
}
