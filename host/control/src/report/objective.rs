//! Whether an objective is met: pure over values. What did not run, and what is not known, meets none.

use jiff::Timestamp;

use super::known::Known;
use super::servers::Server;
use crate::words;

/// Whether it is no more than is wanted.
pub(super) fn within(got: &Known<u64>, wanted: &Known<u64>) -> Known<bool> {
    match (got, wanted) {
        (Known::Known(got), Known::Known(wanted)) => Known::Known(got <= wanted),
        (_, Known::Unknown { unknown }) | (Known::Unknown { unknown }, _) => {
            Known::unknown(unknown.clone())
        }
    }
}

/// By how much it is more than is wanted, if it is.
pub(super) fn beyond(got: &Known<u64>, wanted: &Known<u64>) -> Option<u64> {
    let missed = got.value()?.saturating_sub(*wanted.value()?);
    (missed > 0).then_some(missed)
}

/// How long it took without the time in which a person was waited for. What went on before it began no journal tells.
pub(super) fn worked(
    (from, began): (Timestamp, Timestamp),
    took: &Known<u64>,
    waited: &Known<u64>,
) -> Known<u64> {
    match (took, waited) {
        _ if from < began => Known::unknown(
            "the time counts from before it began, of which the journal tells nothing",
        ),
        (Known::Known(took), Known::Known(waited)) => Known::Known(took.saturating_sub(*waited)),
        (Known::Unknown { unknown }, _) | (_, Known::Unknown { unknown }) => {
            Known::unknown(unknown.clone())
        }
    }
}

/// What was not part of it, in words; `None`: all of it ran, and came up.
pub(super) fn left(waves: usize, skipped: usize, missing: usize) -> Option<String> {
    let ran = waves.saturating_sub(skipped);
    let ran = (skipped > 0).then(|| format!("{ran} of {} ran", words::count(waves, "wave")));
    let was = if missing == 1 { "was" } else { "were" };
    let came = (missing > 0)
        .then(|| format!("{} did not come up, or {was} left out", words::count(missing, "server")));
    let left: Vec<String> = ran.into_iter().chain(came).collect();
    (!left.is_empty()).then(|| left.join(", and "))
}

/// Whether an objective was met, where something was not part of it. What is missed even so is missed.
pub(super) fn of_all(met: Known<bool>, left: Option<&str>, what: &str) -> Known<bool> {
    match (met, left) {
        (Known::Known(true), Some(left)) => Known::unknown(format!("{left}: {what} is not known")),
        (met, _) => met,
    }
}

/// Whether the data of all servers that were launched was young enough. One that is too old is enough for a no.
pub(super) fn rpo_met(servers: &[Server], rpo: Option<u64>) -> Known<bool> {
    let Some(rpo) = rpo else { return Known::unknown("the runbook declares no RPO") };
    let ages = servers.iter().map(|it| it.data_age_seconds.value().copied());
    if ages.clone().flatten().any(|age| age > rpo) {
        return Known::Known(false);
    }
    let launched = || servers.iter().filter(|it| it.verdict == "launched");
    let unknown: Vec<&Server> =
        launched().filter(|it| it.data_age_seconds.value().is_none()).collect();
    match unknown.first() {
        Some(first) => {
            let why = match &first.data_age_seconds {
                Known::Unknown { unknown } => unknown.clone(),
                Known::Known(_) => String::new(),
            };
            let of = words::count(launched().count(), "launched server");
            let count = unknown.len();
            Known::unknown(format!(
                "of {count} of {of} it is not known how old the data was: {why}"
            ))
        }
        None if ages.flatten().next().is_none() => {
            Known::unknown("of no server it is known how old its data was")
        }
        None => Known::Known(true),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn how_long_it_worked_is_not_known_where_the_time_counts_from_before_it_began() {
        let at = |second| Timestamp::from_second(second).expect("a moment");
        let (took, waited) = (Known::Known(60), Known::Known(25));
        assert_eq!(worked((at(9), at(9)), &took, &waited), Known::Known(35));
        assert!(worked((at(8), at(9)), &took, &waited).why().is_some());
        let open = Known::unknown("it is not over");
        assert_eq!(worked((at(9), at(9)), &open, &open), open);
    }

    #[test]
    fn what_did_not_run_was_not_within_the_rto() {
        let met = |met, (waves, skipped, missing)| {
            of_all(Known::Known(met), left(waves, skipped, missing).as_deref(), "how long it takes")
        };
        assert_eq!(
            met(true, (2, 1, 0)),
            Known::unknown("1 of 2 waves ran: how long it takes is not known")
        );
        let server = "1 server did not come up, or was left out: how long it takes is not known";
        assert_eq!(met(true, (2, 0, 1)), Known::unknown(server));
        let both = "1 of 2 waves ran, and 3 servers did not come up, or were left out: how long it takes is not known";
        assert_eq!(met(true, (2, 1, 3)), Known::unknown(both));
        assert_eq!(met(false, (2, 1, 1)), Known::Known(false));
        assert_eq!(met(true, (2, 0, 0)), Known::Known(true));
    }

    fn server(verdict: &str, age: &serde_json::Value) -> Server {
        let none = || json!({ "unknown": "it was not asked" });
        let server = json!({
            "wave": "web", "server": "s-1", "name": "web-1", "verdict": verdict, "optional": false,
            "instance": none(), "job": none(), "launches": 1, "ready_at": none(),
            "ready_after_seconds": none(), "rto_met": none(), "recovery_point": none(),
            "data_age_seconds": age, "rpo_met": none(),
        });
        serde_json::from_value(server).expect("a server")
    }

    #[test]
    fn the_rpo_is_met_only_where_all_ages_are_known() {
        let unknown = || json!({ "unknown": "AWS did not say" });
        let met = |ages: &[(&str, serde_json::Value)]| {
            let all: Vec<Server> = ages.iter().map(|(verdict, age)| server(verdict, age)).collect();
            rpo_met(&all, Some(60))
        };
        assert_eq!(met(&[("launched", 5.into()), ("launched", 60.into())]), Known::Known(true));
        assert_eq!(met(&[("launched", unknown()), ("launched", 61.into())]), Known::Known(false));
        assert_eq!(
            met(&[("launched", unknown()), ("launched", 5.into())]),
            Known::unknown(
                "of 1 of 2 launched servers it is not known how old the data was: AWS did not say"
            )
        );
        assert_eq!(met(&[("failed", unknown()), ("launched", 5.into())]), Known::Known(true));
    }
}
