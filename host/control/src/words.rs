//! How times and durations are written for people.

use std::time::Duration;

use jiff::{Timestamp, Unit};
use moontide_runtime::plan::Mode;
use serde::Serialize;

/// `17m 53s`, `2h 04m`, `340ms`: the two units that matter.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) if seconds == 0 && !duration.is_zero() => format!("{}ms", duration.as_millis()),
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m {:02}s", seconds % 60),
        _ => format!("{hours}h {minutes:02}m"),
    }
}

/// `+17:53`, `+2:04:11`: how long after the beginning something happened.
pub fn offset(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("+{minutes}:{seconds:02}")
    } else {
        format!("+{hours}:{minutes:02}:{seconds:02}")
    }
}

/// `2026-11-20 08:00:03Z`.
pub fn time(at: Timestamp) -> String {
    let rounded = at.round(Unit::Second).unwrap_or(at);
    rounded.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// From one moment to another; nothing if the clock went backwards.
pub fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(from.duration_until(to)).unwrap_or_default()
}

/// `1 server`, `3 servers`.
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// `drill` or `recovery`.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Drill => "drill",
        Mode::Recovery => "recovery",
    }
}

/// A status, or another word of a document, as programs read it there.
pub fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// The word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./:@%+=,".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_show_two_units() {
        let text = |seconds| duration(Duration::from_secs(seconds));
        assert_eq!(text(0), "0s");
        assert_eq!(text(59), "59s");
        assert_eq!(text(1073), "17m 53s");
        assert_eq!(text(7451), "2h 04m");
        assert_eq!(duration(Duration::from_millis(340)), "340ms");
        assert_eq!(offset(Duration::from_secs(7451)), "+2:04:11");
        assert_eq!(offset(Duration::from_secs(63)), "+1:03");
    }

    #[test]
    fn a_word_survives_the_shell() {
        assert_eq!(quoted("sqlite:/srv/a.db"), "sqlite:/srv/a.db");
        assert_eq!(quoted("it's here"), r"'it'\''s here'");
        assert_eq!(quoted(""), "''");
    }
}
