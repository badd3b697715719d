//! Lengths of time as authors write them: `90s`, `2h30m`, or a number of seconds.

use std::time::Duration;

/// Reads a duration such as `90s`, `2h30m` or `1500ms`. At least one number with a unit; no sign.
pub fn parse(text: &str) -> Option<Duration> {
    let duration = humantime::parse_duration(text.trim()).ok()?;
    Some(duration)
}

/// Writes a duration the way it would be read: `2h 30m`.
pub fn format(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}
