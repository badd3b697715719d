//! Lengths of time as authors write them: `90s`, `2h30m`, or a number of seconds.

use std::time::Duration;

/// Longer than anything that a runbook waits for; sums of such durations never overflow.
const LONGEST: Duration = Duration::from_hours(10 * 366 * 24);

/// Reads a duration such as `90s`, `2h30m` or `1500ms`: at least one number with a unit, no sign, at
/// most ten years.
pub fn parse(text: &str) -> Option<Duration> {
    humantime::parse_duration(text.trim()).ok().filter(|duration| *duration <= LONGEST)
}

/// A number of seconds as a duration: not negative, at most ten years.
pub fn of_seconds(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().filter(|duration| *duration <= LONGEST)
}

/// Writes a duration the way it would be read: `2h 30m`.
pub fn format(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_units_or_as_seconds() {
        assert_eq!(parse(" 2h30m "), Some(Duration::from_mins(150)));
        assert_eq!(parse("1500ms"), Some(Duration::from_millis(1500)));
        assert_eq!(of_seconds(1.5), Some(Duration::from_millis(1500)));
        for wrong in ["", "90", "-1s", "soon", "1h -1s", "900000000years"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        for wrong in [-1.0, f64::NAN, f64::INFINITY, 1e18] {
            assert_eq!(of_seconds(wrong), None, "{wrong}");
        }
    }
}
