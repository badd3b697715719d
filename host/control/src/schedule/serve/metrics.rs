//! What others may know of a service: whether it is well, and numbers for Prometheus.

use std::fmt::Write as _;

use crate::schedule::served::SILENT;

/// What is known of a service at a moment; moments are seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// When the process began.
    pub since: i64,
    /// Whether it serves, and does not stand by.
    pub serves: bool,
    /// Since when it serves.
    pub led_since: Option<i64>,
    /// Its last sign of life in the store.
    pub beat: Option<i64>,
    /// When it has looked last.
    pub looked: i64,
    /// How many schedules there are.
    pub schedules: usize,
    /// The next time of any of them.
    pub next: Option<i64>,
    /// How many executions it drives.
    pub driving: usize,
    /// How many times are due, and wait.
    pub waiting: usize,
    /// How many times were started.
    pub started: u64,
    /// How many were missed.
    pub missed: u64,
    /// How many were held until it was too late.
    pub held: u64,
    /// How many were left out as their schedules want it.
    pub skipped: u64,
    /// How many could not be started.
    pub refused: u64,
    /// How often something failed that is attempted again.
    pub failures: u64,
}

impl Snapshot {
    /// Whether it is well at this moment: it looks, and the store takes its signs of life. One that stands by is well.
    pub fn is_well(&self, now: i64) -> bool {
        let silent = i64::try_from(SILENT.as_secs()).unwrap_or(i64::MAX);
        let is_recent = |at: i64| now - at < silent;
        is_recent(self.looked) && (!self.serves || self.beat.is_some_and(is_recent))
    }

    /// Prometheus' text format.
    pub fn prometheus(&self) -> String {
        let mut text = String::new();
        let mut put = |name: &str, kind: &str, help: &str, rows: &[(&str, String)]| {
            let _ = writeln!(text, "# HELP moontide_schedule_{name} {help}");
            let _ = writeln!(text, "# TYPE moontide_schedule_{name} {kind}");
            for (labels, value) in rows {
                let _ = writeln!(text, "moontide_schedule_{name}{labels} {value}");
            }
        };
        let one = |value: i64| [("", value.to_string())];
        let count = |value: usize| [("", value.to_string())];
        let maybe = |value: Option<i64>| value.map(one).map(Vec::from).unwrap_or_default();
        put("leader", "gauge", "Whether this process serves the store.", &one(self.serves.into()));
        put("start_time_seconds", "gauge", "When this process began.", &one(self.since));
        put("look_time_seconds", "gauge", "When it has looked last.", &one(self.looked));
        put(
            "heartbeat_time_seconds",
            "gauge",
            "Its last sign of life in the store.",
            &maybe(self.beat),
        );
        put("next_time_seconds", "gauge", "The next time of any schedule.", &maybe(self.next));
        put("schedules", "gauge", "How many schedules there are.", &count(self.schedules));
        put("driving", "gauge", "How many executions this process drives.", &count(self.driving));
        put("waiting", "gauge", "How many times are due, and wait.", &count(self.waiting));
        let rows = [
            ("{outcome=\"started\"}", self.started.to_string()),
            ("{outcome=\"missed\"}", self.missed.to_string()),
            ("{outcome=\"held\"}", self.held.to_string()),
            ("{outcome=\"skipped\"}", self.skipped.to_string()),
            ("{outcome=\"failed\"}", self.refused.to_string()),
        ];
        put("times_total", "counter", "What became of times, by this process.", &rows);
        let failures = [("", self.failures.to_string())];
        put("failures_total", "counter", "What failed, and is attempted again.", &failures);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_well_while_it_looks_and_its_signs_of_life_arrive() {
        let fresh = Snapshot { looked: 1_000, ..Snapshot::default() };
        assert!(fresh.is_well(1_100) && !fresh.is_well(1_180), "it stands by");
        let serves = Snapshot { serves: true, beat: Some(900), ..fresh };
        assert!(serves.is_well(1_079) && !serves.is_well(1_080), "the store takes none");
    }

    #[test]
    fn its_numbers_are_text_as_prometheus_reads_it() {
        let snapshot = Snapshot { serves: true, started: 3, next: Some(7), ..Snapshot::default() };
        let text = snapshot.prometheus();
        assert!(text.contains("moontide_schedule_leader 1\n"));
        assert!(text.contains("moontide_schedule_times_total{outcome=\"started\"} 3\n"));
        assert!(text.contains("moontide_schedule_next_time_seconds 7\n"));
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(
                name.starts_with("moontide_schedule_") && value.parse::<f64>().is_ok(),
                "{line}"
            );
        }
    }
}
