//! How long a service may rest between two looks.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::schedule::kept::Kept;
use crate::words;

/// It looks at least so often.
pub(super) const LONGEST: Duration = Duration::from_secs(10);

/// When the next start is due, with its place in the spread, if that is before it looks in any case.
pub(super) fn due(all: &[Kept], now: Timestamp) -> Option<Timestamp> {
    let soon = now.checked_add(SignedDuration::try_from(LONGEST).ok()?).ok()?;
    let running = all.iter().filter(|kept| kept.terms.paused.is_none());
    let of_one = |kept: &Kept| {
        let schedule = &kept.terms.schedule;
        let within = SignedDuration::try_from(schedule.within.0).unwrap_or_default();
        let from = now.checked_sub(within).unwrap_or(now);
        let times = schedule.times(from).take_while(|time| time.about() <= soon);
        let runs = times.filter(|time| schedule.blocked(time).is_none());
        let due = runs.filter_map(|time| time.moment()).map(|time| schedule.due(time));
        due.filter(|due| *due > now).min()
    };
    running.filter_map(of_one).min()
}

/// How long it may rest, if this is due next.
pub(super) fn until(due: Option<Timestamp>, now: Timestamp) -> Duration {
    due.map_or(LONGEST, |due| words::between(now, due)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::schedule::kept::{Paused, Terms};
    use crate::schedule::written::parse;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn kept(more: &str) -> Kept {
        let text = format!(
            "[[schedules]]\nname = \"shop\"\nrunbook = \"shop\"\nwhen = \"cron(30 2 * * ? *)\"\n{more}"
        );
        let start = at("2027-01-01T00:00:00Z");
        let schedule =
            parse(&text, "schedules.toml", Path::new("."), start).unwrap().remove(0).schedule;
        let terms = Terms::imported(schedule, String::new(), ("a person", start), None);
        Kept { version: 1, terms }
    }

    #[test]
    fn it_rests_until_the_next_start_is_due_and_no_longer_than_it_may() {
        let all = [kept("")];
        let rest = |now: &str| until(due(&all, at(now)), at(now));
        assert_eq!(rest("2027-01-05T02:29:57.5Z"), Duration::from_millis(2_500));
        assert_eq!(rest("2027-01-05T02:29:40Z"), LONGEST);
        assert_eq!(rest("2027-01-05T02:30:00Z"), LONGEST, "it looks just now");
        assert_eq!(until(None, at("2027-01-05T02:30:00Z")), LONGEST);
    }

    #[test]
    fn a_place_in_the_spread_counts_and_what_is_blocked_or_paused_does_not() {
        let spread = kept("within = \"15m\"\n");
        let time = at("2027-01-05T02:30:00Z");
        let place = spread.terms.schedule.due(time);
        assert!(
            place > time + SignedDuration::from_secs(5),
            "the test needs a place behind its time"
        );
        let before = place - SignedDuration::from_secs(5);
        assert_eq!(due(&[spread], before), Some(place));
        let blocked = kept("not_on = [\"2027-01-05\"]\n");
        assert_eq!(due(&[blocked], time - SignedDuration::from_secs(5)), None);
        let mut paused = kept("");
        assert_eq!(due(&[paused.clone()], time - SignedDuration::from_secs(5)), Some(time));
        let by = "a person".to_owned();
        paused.terms.paused = Some(Paused { by, at: time, reason: String::new() });
        assert_eq!(due(&[paused], time - SignedDuration::from_secs(5)), None);
    }
}
