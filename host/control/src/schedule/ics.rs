//! A calendar file (RFC 5545), read for its days: each event blocks those on which it lies, on the clocks of the
//! schedule's zone. What repeats otherwise than every year, or cannot be read, is refused, so that no day is left out
//! without a word.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan, Zoned};

use super::blocked::Blocked;
use super::zone::Zone;

/// So many years of an event that repeats every year.
const YEARS: i16 = 20;
/// No name of an event is longer here.
const LONGEST_NAME: usize = 60;

/// When an event begins or ends: with a day, or at a moment.
enum When {
    Day(Date),
    At(Zoned),
}

#[derive(Default)]
struct Event {
    start: Option<When>,
    end: Option<When>,
    lasts: Option<Span>,
    name: String,
    every_year: bool,
    is_cancelled: bool,
}

/// Reads the days of a calendar, on the clocks of this zone; of what repeats, those of this year and later. A complaint
/// names the line.
pub fn read(text: &str, zone: &TimeZone, this_year: i16) -> Result<Vec<Blocked>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut days, mut event, mut count) = (Vec::new(), None, 0_usize);
    // What an event or a calendar lies within, and what lies within an event, such as its alarm.
    let (mut is_open, mut was_open, mut depth) = (false, false, 0_usize);
    for (number, line) in unfolded(text) {
        let wrong = |message: String| format!("line {number}: {message}");
        let Some((head, value)) = line.split_once(':') else {
            return Err(wrong("it is no line of a calendar, which is `NAME:VALUE`".to_owned()));
        };
        let (name, params) = head.split_once(';').unwrap_or((head, ""));
        let (name, value) = (name.trim().to_ascii_uppercase(), value.trim());
        let kind = value.to_ascii_uppercase();
        match (name.as_str(), kind.as_str()) {
            ("BEGIN", "VCALENDAR") if event.is_none() => (is_open, was_open) = (true, true),
            ("END", "VCALENDAR") if event.is_none() => is_open = false,
            _ if !is_open => return Err("it does not begin with BEGIN:VCALENDAR".to_owned()),
            ("BEGIN", "VEVENT") if event.is_none() => event = Some(Event::default()),
            ("BEGIN", _) if event.is_some() => depth += 1,
            ("END", "VEVENT") if depth == 0 => {
                if let Some(done) = event.take() {
                    days.extend(done.days(zone, this_year).map_err(wrong)?);
                    count += 1;
                }
            }
            ("END", _) if event.is_some() => depth = depth.saturating_sub(1),
            (name, _) if depth == 0 => {
                if let Some(event) = &mut event {
                    event.take(name, params, value, zone).map_err(wrong)?;
                }
            }
            _ => {}
        }
    }
    if is_open || event.is_some() || !was_open {
        return Err("it is cut off: it does not end with END:VCALENDAR".to_owned());
    }
    if count == 0 {
        return Err("it has no event, so that no day would be blocked".to_owned());
    }
    Ok(days)
}

impl Event {
    fn take(
        &mut self,
        name: &str,
        params: &str,
        value: &str,
        zone: &TimeZone,
    ) -> Result<(), String> {
        match name {
            "DTSTART" => self.start = Some(when(params, value, zone)?),
            "DTEND" => self.end = Some(when(params, value, zone)?),
            "DURATION" => {
                let span = value.parse().map_err(|_| format!("`{value}` is no duration"))?;
                self.lasts = Some(span);
            }
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

    fn days(self, zone: &TimeZone, this_year: i16) -> Result<Vec<Blocked>, String> {
        if self.is_cancelled {
            return Ok(Vec::new());
        }
        let (first, last) = match self.start.ok_or("the event has no DTSTART")? {
            When::Day(first) => (first, last_day(first, self.end, self.lasts)?),
            When::At(start) => {
                let end = match (self.end, self.lasts) {
                    (Some(When::At(end)), _) => end,
                    (Some(When::Day(end)), _) => {
                        end.to_zoned(zone.clone()).map_err(|it| it.to_string())?
                    }
                    (None, Some(span)) => {
                        start.checked_add(span).map_err(|error| error.to_string())?
                    }
                    (None, None) => start.clone(),
                };
                if end < start {
                    return Err("the event ends before it starts".to_owned());
                }
                // Nothing of a day belongs to an event that ends with its first moment.
                let last = if end > start { end.saturating_sub(1.nanosecond()) } else { end };
                let day = |it: &Zoned| it.with_time_zone(zone.clone()).date();
                (day(&start), day(&last))
            }
        };
        if last < first {
            return Err("the event ends before it starts".to_owned());
        }
        // The last one of the year before may reach into this one.
        let past = if self.every_year { (this_year - 1 - first.year()).max(0) } else { 0 };
        let years = if self.every_year { YEARS } else { 1 };
        let moved = |date: Date, years: i16| date.saturating_add(Span::new().years(years));
        Ok((past..past + years)
            .map(|years| Blocked {
                first: moved(first, years),
                last: moved(last, years),
                about: self.name.clone(),
            })
            .collect())
    }
}

/// The last day of an event of whole days: the one before its end.
fn last_day(first: Date, end: Option<When>, lasts: Option<Span>) -> Result<Date, String> {
    let behind = match (end, lasts) {
        (Some(When::Day(end)), _) => end,
        (Some(When::At(_)), _) => {
            return Err("the event begins with a day and ends at a time of one".to_owned());
        }
        (None, Some(span)) => {
            let end = first.to_datetime(jiff::civil::Time::midnight()).saturating_add(span);
            let is_whole = end.time() == jiff::civil::Time::midnight();
            if is_whole { end.date() } else { end.date().saturating_add(1.day()) }
        }
        (None, None) => return Ok(first),
    };
    if behind < first {
        return Err("the event ends before it starts".to_owned());
    }
    // An event that ends with the day on which it begins is of that day.
    Ok(if behind > first { behind.saturating_sub(1.day()) } else { first })
}

/// The lines with their numbers, whichever way they end; one that begins with a blank belongs to the one before.
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (at, line) in text.lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some((_, last))) => last.push_str(more),
            _ if line.trim().is_empty() => {}
            _ => lines.push((at + 1, line.to_owned())),
        }
    }
    lines
}

/// The day of `20261224`; the moment of `20261224T180000Z`, or of one in the zone that `TZID` names, or else in this one.
fn when(params: &str, value: &str, zone: &TimeZone) -> Result<When, String> {
    let wrong = || format!("`{value}` is no date");
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    let (day, time) = value.split_once('T').map_or((value, None), |(day, at)| (day, Some(at)));
    if day.len() != 8 || !digits(day) {
        return Err(wrong());
    }
    let date: Date = day.parse().map_err(|_| wrong())?;
    let Some(time) = time else { return Ok(When::Day(date)) };
    let (clock, is_utc) = time.strip_suffix('Z').map_or((time, false), |clock| (clock, true));
    if clock.len() != 6 || !digits(clock) {
        return Err(wrong());
    }
    let local: DateTime = format!("{day}T{clock}").parse().map_err(|_| wrong())?;
    let mut params = params.split(';').filter_map(|it| it.split_once('='));
    let named = params.find(|(name, _)| name.trim().eq_ignore_ascii_case("TZID"));
    let zone = match named {
        _ if is_utc => TimeZone::UTC,
        Some((_, name)) => Zone::try_from(name.trim().trim_matches('"').to_owned())?.0,
        None => zone.clone(),
    };
    local.to_zoned(zone).map(When::At).map_err(|error| error.to_string())
}

/// The text of a name, which is printed among our words.
fn unescaped(value: &str) -> String {
    let plain = value.replace("\\n", " ").replace("\\N", " ").replace('\\', "");
    plain.chars().filter(|it| !it.is_control()).take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_zone(zone: &str, events: &str) -> Vec<String> {
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
        let zone = TimeZone::get(zone).unwrap();
        read(&text, &zone, 2026).unwrap().iter().map(ToString::to_string).collect()
    }

    fn days(events: &str) -> Vec<String> {
        in_zone("Europe/Berlin", events)
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
        let evening = "DTSTART:20270315T220000\nDTEND:20270316T000000";
        assert_eq!(days(&event(evening)), ["2027-03-15"]);
        assert_eq!(
            days(&event("DTSTART;VALUE=DATE:20270315\nDURATION:P1W")),
            ["2027-03-15..2027-03-21"]
        );
        assert_eq!(days(&event("DTSTART;VALUE=DATE:20270315\nSTATUS:CANCELLED")).len(), 0);
        let alarm = "DTSTART;VALUE=DATE:20270315\nBEGIN:VALARM\nDURATION:PT5M\nDTSTART:nonsense\nEND:VALARM";
        assert_eq!(days(&event(alarm)), ["2027-03-15"]);
        assert_eq!(
            days("begin:vevent\r\ndtstart;value=date:20270315\r\nend:vevent\r\n"),
            ["2027-03-15"]
        );
    }

    #[test]
    fn a_moment_lies_on_the_day_that_it_is_in_the_zone_of_the_schedule() {
        let freeze = event("DTSTART:20261223T200000Z\nDTEND:20261223T230000Z");
        assert_eq!(in_zone("Pacific/Auckland", &freeze), ["2026-12-24"]);
        assert_eq!(in_zone("Europe/Berlin", &freeze), ["2026-12-23"]);
        let early = event("DTSTART:20261225T020000Z\nDURATION:PT1H");
        assert_eq!(in_zone("America/Los_Angeles", &early), ["2026-12-24"]);
        let tokyo = event(
            "DTSTART;TZID=\"Asia/Tokyo\":20261225T020000\nDTEND;TZID=Asia/Tokyo:20261225T030000",
        );
        assert_eq!(days(&tokyo), ["2026-12-24"]);
        let night = event("DTSTART:20261130T220000\nDURATION:PT8H");
        assert_eq!(days(&night), ["2026-11-30..2026-12-01"]);
        let long = event("DTSTART:20261130T000000\nDURATION:PT72H");
        assert_eq!(days(&long), ["2026-11-30..2026-12-02"]);
    }

    #[test]
    fn what_repeats_every_year_does_and_what_repeats_otherwise_is_refused() {
        let yearly = days(&event("DTSTART;VALUE=DATE:20001225\nRRULE:FREQ=YEARLY"));
        assert_eq!(yearly[..2], ["2025-12-25", "2026-12-25"], "from long ago until far ahead");
        assert_eq!(yearly.len(), 20);
        let later = days(&event("DTSTART;VALUE=DATE:20301225\nRRULE:FREQ=YEARLY"));
        assert_eq!(later[0], "2030-12-25");
        let read = |text: &str| read(text, &TimeZone::UTC, 2026);
        let refused = |lines: &str| {
            read(&format!("BEGIN:VCALENDAR\n{}END:VCALENDAR", event(lines))).unwrap_err()
        };
        assert!(
            refused("DTSTART:20270101\nRRULE:FREQ=WEEKLY").starts_with("line 4: the event repeats")
        );
        assert!(refused("DTSTART:20270101\nEXDATE:20280101").contains("EXDATE"));
        assert!(refused("DTSTART:2027-01-01").contains("is no date"));
        assert!(refused("DTSTART:20270101T9").contains("is no date"));
        assert!(refused("DTSTART;TZID=Mars/Base:20270101T090000").contains("no time zone"));
        assert!(refused("SUMMARY:x").contains("no DTSTART"));
        assert!(refused("DTSTART:20270102\nDTEND:20270101").contains("ends before"));
        assert!(refused("DTSTART:20270102\nnonsense").contains("no line of a calendar"));
    }

    #[test]
    fn a_file_that_is_no_calendar_or_only_a_part_of_one_is_refused() {
        let whole = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", event("DTSTART:20270101"));
        let read = |text: &str| read(text, &TimeZone::UTC, 2026);
        assert_eq!(read(&whole).unwrap().len(), 1);
        assert_eq!(read(&whole.replace("\r\n", "\n").replace('\n', "\r")).unwrap().len(), 1);
        for (text, says) in [
            ("<html>:", "does not begin"),
            ("", "cut off"),
            ("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "cut off"),
            ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270101\nEND:VEVENT\n", "cut off"),
            ("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n", "no event"),
            ("BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VTODO\nEND:VCALENDAR\n", "no event"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(says), "{text:?}: {error}");
        }
    }
}
