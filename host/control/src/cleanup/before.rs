//! Cleanups that earlier releases have begun: what they were given, as text. They go on with their own runbook.

use std::collections::BTreeMap;

use moontide_runtime::scheduler::Left;
use serde_json::Value;

/// The ids of the jobs, with commas between.
const JOBS: &str = "jobs";

/// Launches that may have happened: key, time, `-`, servers; with commas between.
const DOUBTFUL: &str = "doubtful";

/// Whether such a cleanup knows of all of this.
pub(super) fn is_known(all: &[Left], params: &BTreeMap<String, Value>) -> bool {
    let (jobs, doubtful) = (list(params, JOBS), list(params, DOUBTFUL));
    all.iter().all(|left| {
        left.named.iter().all(|job| jobs.contains(&job.as_str()))
            && (!left.is_doubtful || doubtful.contains(&written(left).as_str()))
    })
}

/// `key since - server server…`; the earliest releases have a Region for the `-`.
fn written(left: &Left) -> String {
    format!("{} {} - {}", left.key, left.since, left.about.join(" "))
}

/// A param that lists something. Not every cleanup has every one.
fn list<'p>(params: &'p BTreeMap<String, Value>, name: &str) -> Vec<&'p str> {
    params.get(name).and_then(Value::as_str).unwrap_or_default().split(',').collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn left(named: &[&str], is_doubtful: bool) -> Left {
        Left {
            operation: "drs.start_recovery".to_owned(),
            put_away_by: "drs.terminate_recovery_instances",
            key: "k".to_owned(),
            since: Timestamp::from_second(3).unwrap(),
            region: None,
            about: vec!["s-1".to_owned(), "s-2".to_owned()],
            named: named.iter().map(|it| (*it).to_owned()).collect(),
            is_doubtful,
        }
    }

    #[test]
    fn what_an_earlier_release_was_given_is_read_as_it_was_written() {
        let given = |jobs: &str, doubtful: &str| {
            BTreeMap::from([
                ("jobs".to_owned(), json!(jobs)),
                ("doubtful".to_owned(), json!(doubtful)),
            ])
        };
        let both = given("drsjob-1,drsjob-2", "k 1970-01-01T00:00:03Z - s-1 s-2");
        assert!(is_known(&[left(&["drsjob-1"], false), left(&["drsjob-2"], true)], &both));
        assert!(!is_known(&[left(&["drsjob-3"], false)], &both));
        let jobs = given("drsjob-1", "");
        assert!(is_known(&[left(&["drsjob-1"], false)], &jobs));
        assert!(!is_known(&[left(&["drsjob-1"], true)], &jobs));
        // The first releases looked for no launch.
        assert!(!is_known(&[left(&[], true)], &BTreeMap::new()));
    }
}
