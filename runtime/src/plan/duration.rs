//! Lengths of time as authors write them: `90s`, `2h30m`, or a number of seconds.

use std::time::Duration;

/// Longer than anything that a runbook waits for; sums of such durations never overflow.
const LONGEST: Duration = Duration::from_hours(10 * 366 * 24);

/// What it is, for a person.
pub const AT_MOST: &str = "at most 3660 days";

/// Units whose length is not fixed; `M` is one that was meant as minutes.
const NO_UNITS: [&str; 6] = ["M", "month", "months", "y", "year", "years"];

/// Reads a duration such as `90s`, `2h30m` or `1500ms`: at least one number with a unit, no sign, no months or
/// years, at most ten years.
pub fn parse(text: &str) -> Option<Duration> {
    let mut units = text.split(|it: char| !it.is_alphabetic());
    if units.any(|unit| NO_UNITS.contains(&unit)) {
        return None;
    }
    parse_any(text)
}

/// The same as executions of earlier formats read it: with months of 30.44 days.
pub fn parse_any(text: &str) -> Option<Duration> {
    humantime::parse_duration(text.trim()).ok().filter(|duration| *duration <= LONGEST)
}

/// What there is to say to an author who wrote something else.
pub const WRITE: &str = "a duration such as \"90s\" or \"2h30m\" (`m` is minutes; there are no months), or a number of seconds";

/// A number of seconds as a duration: not negative, at most ten years.
pub fn of_seconds(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().filter(|duration| *duration <= LONGEST)
}

/// Whether it is a length of time but for its length.
pub fn is_too_long(text: &str) -> bool {
    humantime::parse_duration(text.trim()).is_ok_and(|duration| duration > LONGEST)
}

/// Writes a duration the way it would be read: `2h 30m`. There are no months and no years in it.
pub fn format(duration: Duration) -> String {
    const DAY: u64 = 24 * 60 * 60;
    let days = duration.as_secs() / DAY;
    if days < 30 {
        return humantime::format_duration(duration).to_string();
    }
    let rest = Duration::new(duration.as_secs() % DAY, duration.subsec_nanos());
    if rest.is_zero() {
        return format!("{days}d");
    }
    format!("{days}d {}", humantime::format_duration(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_units_or_as_seconds() {
        assert_eq!(parse(" 2h30m "), Some(Duration::from_mins(150)));
        assert_eq!(parse("1500ms"), Some(Duration::from_millis(1500)));
        assert_eq!(of_seconds(1.5), Some(Duration::from_millis(1500)));
        for wrong in
            ["", "90", "-1s", "soon", "1h -1s", "900000000h", "1M", "2h 1M", "1month", "1 y"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert!(is_too_long("100000h") && !is_too_long("87840h") && !is_too_long("soon"));
        assert_eq!(AT_MOST, format!("at most {}", format(LONGEST)).replace("3660d", "3660 days"));
        for wrong in [-1.0, f64::NAN, f64::INFINITY, 1e18] {
            assert_eq!(of_seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_duration_is_written_in_days_and_read_again_as_what_it_was() {
        for (hours, written) in
            [(2, "2h"), (29 * 24, "29days"), (400 * 24, "400d"), (800 * 24 + 5, "800d 5h")]
        {
            let duration = Duration::from_hours(hours);
            assert_eq!(format(duration), written);
            assert_eq!(parse(written), Some(duration));
        }
    }
}
