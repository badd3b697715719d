//! Counting the drills of a runbook: pure over values. What was called off by a schedule, and what cannot be read, has
//! not passed.

use moontide_runtime::scheduler::ExecutionStatus;

use super::document::{Drilled, Point, Runbook};
use crate::report::identity::World;
use crate::report::{Known, Report};

/// So many of the last drills of a runbook are in its trend.
const TREND: usize = 30;

impl Runbook {
    /// One of which nothing is known yet.
    pub(crate) fn new(name: &str, world: World) -> Runbook {
        Runbook {
            runbook: name.to_owned(),
            world,
            drills: 0,
            completed: 0,
            partial: 0,
            failed: 0,
            cancelled: 0,
            cancelled_by_schedule: 0,
            unreadable: 0,
            open: 0,
            pass_percent: Known::unknown("no whole drill is over that was not cancelled"),
            last: Known::unknown("no whole drill is over that was not cancelled"),
            last_passed: None,
            last_partial: None,
            days_since: Known::unknown("no whole drill is over that was not cancelled"),
            rto_missed: 0,
            rpo_missed: 0,
            trend: Vec::new(),
        }
    }

    /// Counts a drill that is over.
    pub(crate) fn count(&mut self, drilled: &Drilled) {
        self.drills += 1;
        if drilled.is_partial() {
            self.partial += 1;
            self.rto_missed += usize::from(drilled.rto_met.value() == Some(&false));
            self.rpo_missed += usize::from(drilled.rpo_met.value() == Some(&false));
            return;
        }
        match drilled.status {
            ExecutionStatus::Completed => self.completed += 1,
            ExecutionStatus::Cancelled => {
                self.cancelled += 1;
                self.cancelled_by_schedule += usize::from(drilled.by_schedule);
            }
            _ => self.failed += 1,
        }
        // Of one that a person has called off no time tells anything.
        self.rto_missed +=
            usize::from(!drilled.is_called_off() && drilled.rto_met.value() == Some(&false));
        self.rpo_missed += usize::from(drilled.rpo_met.value() == Some(&false));
        if let Some(seconds) = drilled.took_seconds.value().filter(|_| self.trend.len() < TREND) {
            self.trend.push(Point {
                execution: drilled.execution.clone(),
                at: drilled.at,
                seconds: *seconds,
                completed: drilled.status == ExecutionStatus::Completed,
            });
        }
    }

    /// Notes a drill that is over as the last one of its kind, whether it is counted or not, at a time when none later
    /// is left to be noted. Whether it is the last one that tells something.
    pub(crate) fn note(&mut self, drilled: &Drilled, is_first: bool, days: u64) -> bool {
        if drilled.is_partial() {
            self.last_partial.get_or_insert_with(|| drilled.clone());
            return false;
        }
        if drilled.status == ExecutionStatus::Completed {
            self.last_passed.get_or_insert_with(|| drilled.clone());
        }
        // One that was called off did not come to its end, by a person or by a schedule.
        if drilled.status == ExecutionStatus::Cancelled || !is_first {
            return false;
        }
        self.days_since = Known::Known(days);
        self.last = Known::Known(drilled.clone());
        true
    }

    /// How many say whether it passes: those that a person has called off, and partial ones, do not.
    pub fn counted(&self) -> usize {
        self.completed + self.failed + self.cancelled_by_schedule + self.unreadable
    }

    /// The same with its rate.
    pub(super) fn judged(mut self) -> Runbook {
        self.trend.reverse();
        if let Some(percent) = (self.completed * 100).checked_div(self.counted()) {
            self.pass_percent = Known::Known(percent as u64);
        }
        self
    }
}

impl Drilled {
    /// That of a report.
    pub(super) fn of(report: &Report, by_schedule: bool) -> Drilled {
        let recovery = &report.recovery;
        Drilled {
            execution: report.identity.execution.clone(),
            at: report.identity.created.utc,
            status: report.status,
            by_schedule: by_schedule && report.status == ExecutionStatus::Cancelled,
            waves_skipped: recovery.waves_skipped.clone(),
            servers_missing: recovery.servers_missing.clone(),
            took_seconds: recovery.took_seconds.clone(),
            rto_seconds: recovery.rto_seconds.clone(),
            rto_met: recovery.rto_met.clone(),
            data_age_seconds: recovery.data_age_seconds.clone(),
            rpo_met: recovery.rpo_met.clone(),
        }
    }

    /// Whether a person has cancelled it.
    pub(super) fn is_called_off(&self) -> bool {
        self.status == ExecutionStatus::Cancelled && !self.by_schedule
    }

    /// Whether it completed without some of its waves or servers.
    pub fn is_partial(&self) -> bool {
        let is_whole = self.waves_skipped.is_empty() && self.servers_missing.is_empty();
        self.status == ExecutionStatus::Completed && !is_whole
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn drilled(status: ExecutionStatus) -> Drilled {
        let none = || Known::unknown("it was not asked");
        Drilled {
            execution: "x".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            status,
            by_schedule: false,
            waves_skipped: Vec::new(),
            servers_missing: Vec::new(),
            took_seconds: Known::Known(5),
            rto_seconds: Known::unknown("none"),
            rto_met: none(),
            data_age_seconds: Known::unknown("none"),
            rpo_met: none(),
        }
    }

    #[test]
    fn a_partial_drill_is_no_pass() {
        for (waves, servers) in
            [(vec!["database".to_owned()], vec![]), (vec![], vec!["web-2".to_owned()])]
        {
            let partial = Drilled {
                waves_skipped: waves,
                servers_missing: servers,
                ..drilled(ExecutionStatus::Completed)
            };
            let mut line = Runbook::new("shop", World::Aws);
            line.count(&partial);
            assert_eq!((line.drills, line.completed, line.partial), (1, 0, 1));
            assert!(line.trend.is_empty() && line.clone().judged().pass_percent.value().is_none());
            line.count(&drilled(ExecutionStatus::Failed));
            assert_eq!(line.judged().pass_percent, Known::Known(0));
        }
    }

    #[test]
    fn what_was_called_off_is_not_the_last_drill() {
        let drills =
            [ExecutionStatus::Cancelled, ExecutionStatus::Failed, ExecutionStatus::Completed];
        let mut line = Runbook::new("shop", World::Aws);
        let mut is_first = true;
        for (days, status) in (0..).zip(drills) {
            is_first &= !line.note(&drilled(status), is_first, days);
        }
        let last = line.last.value().map(|it| it.status);
        assert_eq!((last, line.days_since), (Some(ExecutionStatus::Failed), Known::Known(1)));
        assert_eq!(line.last_passed, Some(drilled(ExecutionStatus::Completed)));
        let partial = Drilled {
            waves_skipped: vec!["web".to_owned()],
            ..drilled(ExecutionStatus::Completed)
        };
        let mut other = Runbook::new("shop", World::Aws);
        assert!(!other.note(&partial, true, 0) && other.last_passed.is_none());
        let by_schedule = Drilled { by_schedule: true, ..drilled(ExecutionStatus::Cancelled) };
        assert!(!other.note(&by_schedule, true, 3) && other.last.value().is_none());
    }

    #[test]
    fn what_a_schedule_has_called_off_and_what_cannot_be_read_has_not_passed() {
        let percent = |line: &Runbook| line.clone().judged().pass_percent;
        let mut line = Runbook::new("shop", World::Aws);
        line.count(&drilled(ExecutionStatus::Completed));
        line.count(&drilled(ExecutionStatus::Cancelled));
        assert_eq!(percent(&line), Known::Known(100), "a person may call one off");
        line.count(&Drilled { by_schedule: true, ..drilled(ExecutionStatus::Cancelled) });
        assert_eq!((percent(&line), line.cancelled), (Known::Known(50), 2));
        line.unreadable += 2;
        assert_eq!(percent(&line), Known::Known(25));
        let alone = Runbook { unreadable: 1, ..Runbook::new("shop", World::Aws) };
        assert_eq!(percent(&alone), Known::Known(0));
    }
}
