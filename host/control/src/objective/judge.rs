//! Whether an objective is met: pure over values. What did not run, what is not over, and what is not known, meets none.

use moontide_runtime::scheduler::ExecutionStatus;

use crate::report::Known;
use crate::words;

/// What is judged against an RTO, besides how long it took.
#[derive(Clone, Copy)]
pub(crate) struct Course<'c> {
    /// How the execution stands.
    pub(crate) status: ExecutionStatus,
    /// Whether its journal was made anew: how it ended is not known.
    pub(crate) is_adopted: bool,
    /// Whether the time counts to the end of its last wave, and not to a wave or a server.
    pub(crate) is_whole: bool,
    /// What was not part of it, in words.
    pub(crate) left: Option<&'c str>,
}

/// Whether a recovery took no longer than it may. One that did not come to its end is none, whatever a part of it took.
pub(crate) fn rto_met(took: &Known<u64>, rto: &Known<u64>, course: Course<'_>) -> Known<bool> {
    let met = within(took, rto);
    if rto.value().is_none() || course.is_adopted {
        return met;
    }
    match course.status {
        ExecutionStatus::Completed => of_all(met, course.left, "how long all of them take"),
        ExecutionStatus::Failed | ExecutionStatus::Cancelled
            if course.is_whole || took.value().is_none() =>
        {
            Known::Known(false)
        }
        ExecutionStatus::Failed => at_most(met, "it failed: what a part of it took is no recovery"),
        ExecutionStatus::Cancelled => {
            at_most(met, "it was cancelled: what a part of it took is no recovery")
        }
        _ => at_most(met, "it is not over"),
    }
}

/// Whether the data of all servers was young enough: of those that are known, and where all of it ran.
pub(crate) fn rpo_met(
    servers: &[(bool, Known<u64>)],
    rpo: Option<u64>,
    left: Option<&str>,
) -> Known<bool> {
    of_all(young_enough(servers, rpo), left, "the age of all data")
}

/// Whether it is no more than is wanted.
fn within(got: &Known<u64>, wanted: &Known<u64>) -> Known<bool> {
    match (got, wanted) {
        (Known::Known(got), Known::Known(wanted)) => Known::Known(got <= wanted),
        (_, Known::Unknown { unknown }) | (Known::Unknown { unknown }, _) => {
            Known::unknown(unknown.clone())
        }
    }
}

/// By how much it is more than is wanted, if it is.
pub(crate) fn beyond(got: &Known<u64>, wanted: &Known<u64>) -> Option<u64> {
    let missed = got.value()?.saturating_sub(*wanted.value()?);
    (missed > 0).then_some(missed)
}

/// What was not part of it, in words; `None`: all of it ran, and came up.
pub(crate) fn left(waves: usize, completed: usize, missing: usize) -> Option<String> {
    let ran = (completed < waves)
        .then(|| format!("{completed} of {} completed", words::count(waves, "wave")));
    let was = if missing == 1 { "was" } else { "were" };
    let came = (missing > 0)
        .then(|| format!("{} did not come up, or {was} left out", words::count(missing, "server")));
    let left: Vec<String> = ran.into_iter().chain(came).collect();
    (!left.is_empty()).then(|| left.join(", and "))
}

/// Whether an objective was met, where something was not part of it. What is missed even so is missed.
fn of_all(met: Known<bool>, left: Option<&str>, what: &str) -> Known<bool> {
    match left {
        Some(left) => at_most(met, &format!("{left}: {what} is not known")),
        None => met,
    }
}

/// The same, where it cannot have been met: it is missed, or not known for this reason.
fn at_most(met: Known<bool>, why: &str) -> Known<bool> {
    match met {
        Known::Known(true) => Known::unknown(why),
        met => met,
    }
}

/// Whether the data of all servers that were launched was young enough. One that is too old is enough for a no.
fn young_enough(servers: &[(bool, Known<u64>)], rpo: Option<u64>) -> Known<bool> {
    let Some(rpo) = rpo else { return Known::unknown("the runbook declares no RPO") };
    let ages = servers.iter().filter_map(|(_, age)| age.value());
    if ages.clone().any(|age| *age > rpo) {
        return Known::Known(false);
    }
    let launched = || servers.iter().filter(|(is_launched, _)| *is_launched);
    let unknown: Vec<&str> = launched().filter_map(|(_, age)| age.why()).collect();
    match unknown.first() {
        Some(why) => {
            let of = words::count(launched().count(), "launched server");
            let count = unknown.len();
            Known::unknown(format!(
                "of {count} of {of} it is not known how old the data was: {why}"
            ))
        }
        None if ages.count() == 0 => {
            Known::unknown("of no server it is known how old its data was")
        }
        None => Known::Known(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Course<'_> = Course {
        status: ExecutionStatus::Completed,
        is_adopted: false,
        is_whole: true,
        left: None,
    };

    fn met(took: Option<u64>, course: Course<'_>) -> Known<bool> {
        rto_met(&Known::or_why(took, "it never was"), &Known::Known(60), course)
    }

    #[test]
    fn what_did_not_come_to_its_end_was_never_within_the_rto() {
        use ExecutionStatus::{Cancelled, Failed, Paused, Pending, Running, Waiting};
        assert_eq!(met(Some(60), WHOLE), Known::Known(true));
        assert_eq!(met(Some(61), WHOLE), Known::Known(false));
        for status in [Cancelled, Failed, Paused, Pending, Running, Waiting] {
            for is_whole in [true, false] {
                for took in [Some(5), None] {
                    let course = Course { status, is_whole, ..WHOLE };
                    assert_ne!(met(took, course), Known::Known(true), "{status:?} {took:?}");
                }
                let late = met(Some(61), Course { status, is_whole, ..WHOLE });
                assert_eq!(late, Known::Known(false), "{status:?}");
            }
        }
        let part = |status| met(Some(5), Course { status, is_whole: false, ..WHOLE });
        let why = Known::unknown("it failed: what a part of it took is no recovery");
        assert_eq!(part(Failed), why);
        assert_eq!(part(Waiting), Known::unknown("it is not over"));
        let whole = |status| met(Some(5), Course { status, ..WHOLE });
        assert_eq!((whole(Failed), whole(Cancelled)), (Known::Known(false), Known::Known(false)));
    }

    #[test]
    fn without_an_rto_or_an_end_that_is_known_nothing_is_met_or_missed() {
        let none = Known::unknown("the runbook declares no RTO");
        let failed = Course { status: ExecutionStatus::Failed, ..WHOLE };
        assert_eq!(rto_met(&Known::Known(5), &none, failed).why(), none.why());
        let adopted = Course { is_adopted: true, ..failed };
        assert_eq!(met(None, adopted), Known::unknown("it never was"));
    }

    #[test]
    fn what_did_not_run_was_not_within_the_rto() {
        let of = |took, (waves, completed, missing)| {
            met(Some(took), Course { left: left(waves, completed, missing).as_deref(), ..WHOLE })
        };
        let wave = "1 of 2 waves completed: how long all of them take is not known";
        assert_eq!(of(5, (2, 1, 0)), Known::unknown(wave));
        let server =
            "1 server did not come up, or was left out: how long all of them take is not known";
        assert_eq!(of(5, (2, 2, 1)), Known::unknown(server));
        let both = "1 of 2 waves completed, and 3 servers did not come up, or were left out: how long all of them \
                    take is not known";
        assert_eq!(of(5, (2, 1, 3)), Known::unknown(both));
        assert_eq!(of(61, (2, 1, 1)), Known::Known(false));
        assert_eq!(of(5, (2, 2, 0)), Known::Known(true));
    }

    #[test]
    fn the_rpo_is_met_only_where_all_ages_are_known() {
        let met = |ages: &[(bool, Option<u64>)]| {
            let known = |age| Known::or_why(age, "AWS did not say");
            let all: Vec<_> = ages.iter().map(|(up, age)| (*up, known(*age))).collect();
            rpo_met(&all, Some(60), None)
        };
        assert_eq!(met(&[(true, Some(5)), (true, Some(60))]), Known::Known(true));
        assert_eq!(met(&[(true, None), (true, Some(61))]), Known::Known(false));
        let why =
            "of 1 of 2 launched servers it is not known how old the data was: AWS did not say";
        assert_eq!(met(&[(true, None), (true, Some(5))]), Known::unknown(why));
        assert_eq!(met(&[(false, None), (true, Some(5))]), Known::Known(true));
        assert_eq!(met(&[]).why(), Some("of no server it is known how old its data was"));
    }

    #[test]
    fn the_rpo_is_not_met_where_waves_never_ran() {
        let met = |age, waves: (usize, usize, usize)| {
            let left = left(waves.0, waves.1, waves.2);
            rpo_met(&[(true, Known::Known(age))], Some(60), left.as_deref())
        };
        let why = "1 of 4 waves completed: the age of all data is not known";
        assert_eq!(met(5, (4, 1, 0)), Known::unknown(why));
        assert_eq!(met(61, (4, 1, 0)), Known::Known(false));
        assert_eq!(met(5, (4, 4, 0)), Known::Known(true));
    }
}
