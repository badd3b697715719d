//! One server's way through a launch job, computed whole when the job is created.

use jiff::SignedDuration;

use super::recorded::RecordedServer;
use crate::fact::{Fact, source};
use crate::scenario::LaunchPhase;

pub(crate) const FACTS: &[Fact] = &[
    Fact::observed(
        "drs.job.phases",
        "A launch job logs JOB_START, then per server SNAPSHOT, CONVERSION and LAUNCH, each with \
         _START and _END, then JOB_END; the times are those of two recorded jobs, in turn.",
        source::DRS_TOOLS,
    ),
    Fact::observed(
        "drs.job.launch-end",
        "A finished launch logs LAUNCH_END, which the service model does not list.",
        source::DRS_TOOLS,
    ),
    Fact::documented(
        "drs.job.cleanup-first",
        "A launch first deletes the server's previous drill or recovery instance.",
        source::DRS_GUIDE,
    ),
    Fact::assumed(
        "drs.job.cleanup-logged",
        "That deletion is logged as CLEANUP_START and CLEANUP_END, before the snapshot.",
        "the events are in the service model; their place in the order is our reading",
    ),
    Fact::assumed(
        "drs.job.cleanup-protected",
        "A launch over an instance that is protected against termination logs CLEANUP_FAIL, and the server ends \
         FAILED; the instance stays.",
        "the previous instance has to go first, and EC2 refuses; what DRS does then is not documented",
    ),
    Fact::assumed(
        "drs.job.previous-snapshot",
        "A server whose replication is not CONTINUOUS logs SNAPSHOT_FAIL, USING_PREVIOUS_SNAPSHOT, \
         and launches from its newest recovery point.",
        "the event is documented; the exact condition is not",
    ),
    Fact::assumed(
        "drs.job.no-snapshot",
        "A server without any recovery point logs USING_PREVIOUS_SNAPSHOT_FAILED and ends FAILED.",
        "the initial sync must be done before a launch; how the refusal looks is not documented",
    ),
    Fact::assumed(
        "drs.job.chosen-snapshot",
        "A launch from a chosen recovery point logs no snapshot events.",
        "nothing is snapshotted then",
    ),
    Fact::assumed(
        "ec2.instance.appears",
        "The EC2 instance appears as pending halfway through the launch phase.",
        "the launch phase includes volumes before the start and boot checks after it",
    ),
];

/// Where a server's data comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Data {
    /// A snapshot taken by the job.
    Fresh,
    /// The newest recovery point, because replication is behind.
    Previous,
    /// The recovery point that the caller chose.
    Chosen,
    /// There is none.
    Missing,
}

/// What shapes a server's way.
#[derive(Debug)]
pub(crate) struct Conditions<'a> {
    pub(crate) recorded: &'a RecordedServer,
    /// `JOB_START`, in milliseconds after creation.
    pub(crate) job_start: i64,
    /// Stretches conversion and launch.
    pub(crate) pace: f64,
    /// How long deleting the previous instance takes, if there is one.
    pub(crate) cleanup: Option<SignedDuration>,
    /// What EC2 says when the previous instance is protected against that.
    pub(crate) refusal: Option<String>,
    pub(crate) data: Data,
    /// Where the launch fails on purpose, and what DRS logs as its raw error.
    pub(crate) failure: Option<(LaunchPhase, String)>,
}

/// One server's way, in time after the job's creation.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) events: Vec<Step>,
    /// When the previous instance begins to go, and is gone.
    pub(crate) cleanup: Option<(SignedDuration, SignedDuration)>,
    /// When the new EC2 instance appears; `None` if the launch fails.
    pub(crate) appears: Option<SignedDuration>,
    /// When this server's part of the job is over.
    pub(crate) ends: SignedDuration,
}

/// One event of the job log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) after: SignedDuration,
    pub(crate) event: &'static str,
    pub(crate) raw_error: Option<String>,
}

/// Computes a server's way.
pub(crate) fn course(conditions: &Conditions<'_>) -> Course {
    let recorded = conditions.recorded;
    let mut log = Log { events: Vec::new(), shift: 0 };

    if let (Some(cleanup), Some(refusal)) = (conditions.cleanup, &conditions.refusal) {
        log.add(conditions.job_start + 200, "CLEANUP_START");
        log.shift = millis(cleanup);
        let ends = log.fail(conditions.job_start + 200, "CLEANUP_FAIL", Some(refusal.clone()));
        return Course { events: log.events, cleanup: None, appears: None, ends };
    }
    let cleanup = conditions.cleanup.map(|cleanup| {
        let start = log.add(conditions.job_start + 200, "CLEANUP_START");
        log.shift = millis(cleanup);
        (start, log.add(conditions.job_start + 200, "CLEANUP_END"))
    });
    let fails_in = |phase| matches!(&conditions.failure, Some((at, _)) if *at == phase);
    let error = || conditions.failure.as_ref().map(|(_, error)| error.clone());
    let stop = |log: Log, appears| {
        let ends = log.events.last().map_or(SignedDuration::ZERO, |step| step.after);
        Course { events: log.events, cleanup, appears, ends }
    };

    let (snapshot_start, snapshot_end) = recorded.snapshot;
    if conditions.data != Data::Chosen {
        log.add(snapshot_start, "SNAPSHOT_START");
    }
    if fails_in(LaunchPhase::Snapshot) {
        log.fail(snapshot_end, "SNAPSHOT_FAIL", error());
        return stop(log, None);
    }
    match conditions.data {
        Data::Fresh => {
            log.add(snapshot_end, "SNAPSHOT_END");
        }
        Data::Previous => {
            log.add(snapshot_end, "SNAPSHOT_FAIL");
            log.add(snapshot_end, "USING_PREVIOUS_SNAPSHOT");
        }
        Data::Missing => {
            log.add(snapshot_end, "SNAPSHOT_FAIL");
            let error = "there is no recovery point of this server".to_owned();
            log.fail(snapshot_end, "USING_PREVIOUS_SNAPSHOT_FAILED", Some(error));
            return stop(log, None);
        }
        Data::Chosen => {}
    }

    let (conversion_start, conversion_end) = recorded.conversion;
    log.add(conversion_start, "CONVERSION_START");
    log.shift += stretch(conversion_end - conversion_start, conditions.pace);
    if fails_in(LaunchPhase::Conversion) {
        log.fail(conversion_end, "CONVERSION_FAIL", error());
        return stop(log, None);
    }
    log.add(conversion_end, "CONVERSION_END");

    let (launch_start, launch_end) = recorded.launch;
    let start = log.add(launch_start, "LAUNCH_START");
    log.shift += stretch(launch_end - launch_start, conditions.pace);
    if fails_in(LaunchPhase::Launch) {
        log.fail(launch_end, "LAUNCH_FAILED", error());
        return stop(log, None);
    }
    let end = log.add(launch_end, "LAUNCH_END");
    stop(log, Some(start + (end - start) / 2))
}

/// Events at recorded times, later by what has taken longer than recorded.
struct Log {
    events: Vec<Step>,
    shift: i64,
}

impl Log {
    fn add(&mut self, recorded: i64, event: &'static str) -> SignedDuration {
        self.fail(recorded, event, None)
    }

    fn fail(&mut self, at: i64, event: &'static str, raw_error: Option<String>) -> SignedDuration {
        let after = SignedDuration::from_millis(at + self.shift);
        self.events.push(Step { after, event, raw_error });
        after
    }
}

/// By how many milliseconds a phase of `recorded` milliseconds grows at this pace.
#[expect(clippy::cast_possible_truncation, reason = "phases are minutes, paces below 1,100")]
#[expect(clippy::cast_precision_loss, reason = "phases are minutes")]
fn stretch(recorded: i64, pace: f64) -> i64 {
    (recorded as f64 * (pace - 1.0)).round() as i64
}

fn millis(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::super::recorded::JOBS;
    use super::*;

    fn on(pace: f64) -> Conditions<'static> {
        Conditions {
            recorded: &JOBS[0].servers[0],
            job_start: JOBS[0].start,
            pace,
            cleanup: None,
            refusal: None,
            data: Data::Fresh,
            failure: None,
        }
    }

    fn told(course: &Course) -> Vec<(i64, &'static str)> {
        course.events.iter().map(|step| (millis(step.after), step.event)).collect()
    }

    #[test]
    fn at_pace_one_the_recording_is_replayed_to_the_millisecond() {
        assert_eq!(
            told(&course(&on(1.0))),
            [
                (761, "SNAPSHOT_START"),
                (952, "SNAPSHOT_END"),
                (52_920, "CONVERSION_START"),
                (250_434, "CONVERSION_END"),
                (251_008, "LAUNCH_START"),
                (530_528, "LAUNCH_END"),
            ]
        );
    }

    #[test]
    fn a_slow_server_converts_and_launches_slowly_and_waits_as_long_as_others() {
        assert_eq!(
            told(&course(&on(2.0)))[2..],
            [
                (52_920, "CONVERSION_START"),
                (447_948, "CONVERSION_END"),
                (448_522, "LAUNCH_START"),
                (1_007_562, "LAUNCH_END"),
            ]
        );
    }

    #[test]
    fn deleting_the_previous_instance_delays_all_that_follows() {
        let cleanup = Some(SignedDuration::from_secs(45));
        let course = course(&Conditions { cleanup, ..on(1.0) });
        assert_eq!(
            told(&course)[..3],
            [(557, "CLEANUP_START"), (45_557, "CLEANUP_END"), (45_761, "SNAPSHOT_START")]
        );
        assert_eq!(millis(course.ends), 575_528);
    }

    #[test]
    fn a_failed_conversion_never_launches_and_says_why() {
        let failure = Some((LaunchPhase::Conversion, "no driver".to_owned()));
        let course = course(&Conditions { failure, ..on(1.0) });
        let last = course.events.last().unwrap();
        assert_eq!(last.event, "CONVERSION_FAIL");
        assert_eq!(last.raw_error.as_deref(), Some("no driver"));
        assert_eq!(course.appears, None);
        assert_eq!(course.ends, last.after);
    }

    #[test]
    fn without_any_recovery_point_the_server_fails_at_once() {
        let course = course(&Conditions { data: Data::Missing, ..on(1.0) });
        assert_eq!(course.events.last().unwrap().event, "USING_PREVIOUS_SNAPSHOT_FAILED");
        assert_eq!(course.appears, None);
    }
}
