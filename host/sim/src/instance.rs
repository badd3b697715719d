//! EC2 instances that DRS launched: what state they are in is a question of time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::fact::{Fact, source};

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ec2.instance.lingers",
        "A terminated instance stays visible for an hour, then its id is unknown.",
        source::EC2_GUIDE,
    ),
    Fact::assumed(
        "drs.recovery-instance.appears",
        "DRS lists a recovery instance from LAUNCH_END on.",
        "that is when the job names its recoveryInstanceID",
    ),
    Fact::documented(
        "drs.recovery-instance.forgotten",
        "DRS stops listing a recovery instance once a job of its own has terminated it.",
        source::DRS_MODEL,
    ),
    Fact::assumed(
        "drs.recovery-instance.remembered",
        "DRS keeps listing a recovery instance that was terminated through EC2, as TERMINATED and \
         later NOT_FOUND.",
        "these states are in the service model, so callers must see them",
    ),
];

/// How long a terminated instance stays visible.
const LINGERS: SignedDuration = SignedDuration::from_hours(1);

/// An EC2 instance, and the recovery instance of DRS that it is.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) id: String,
    /// Index of its source server.
    pub(crate) server: usize,
    pub(crate) job_id: String,
    pub(crate) is_drill: bool,
    /// Moment of the data on its disks.
    pub(crate) point_in_time: Timestamp,
    /// `pending` from here.
    pub(crate) appears: Timestamp,
    /// `running` from here.
    pub(crate) runs: Timestamp,
    /// When its operating system starts anew, after `runs`; some of it may be yet to come.
    pub(crate) reboots: Vec<Timestamp>,
    /// Listed by DRS from here.
    pub(crate) listed: Timestamp,
    pub(crate) ending: Option<Ending>,
    pub(crate) disconnected: bool,
    pub(crate) private_ip: String,
    /// EC2 tags.
    pub(crate) tags: BTreeMap<String, String>,
    /// Tags of the recovery instance in DRS, which are others.
    pub(crate) drs_tags: BTreeMap<String, String>,
}

/// How an instance goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    pub(crate) shuts_down: Timestamp,
    pub(crate) terminated: Timestamp,
    /// Whether a DRS job terminates it, and so forgets it.
    pub(crate) by_drs: bool,
}

/// The states of EC2 through which these instances pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstanceState {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
}

impl InstanceState {
    /// As EC2 spells it; DRS uses the same word in capitals.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
        }
    }

    /// EC2's number for it.
    pub(crate) fn code(self) -> u16 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
        }
    }
}

impl Instance {
    /// What EC2 says of it; `None` before it appears and after it is forgotten.
    pub(crate) fn state(&self, now: Timestamp) -> Option<InstanceState> {
        if now < self.appears {
            return None;
        }
        match self.ending {
            Some(end)
                if now >= end.terminated.saturating_add(LINGERS).unwrap_or(end.terminated) =>
            {
                None
            }
            Some(end) if now >= end.terminated => Some(InstanceState::Terminated),
            Some(end) if now >= end.shuts_down => Some(InstanceState::ShuttingDown),
            _ if now >= self.runs => Some(InstanceState::Running),
            _ => Some(InstanceState::Pending),
        }
    }

    /// Whether it stands, or is about to: neither gone nor going at `at`.
    pub(crate) fn is_live(&self, at: Timestamp) -> bool {
        self.ending.is_none_or(|end| at < end.shuts_down)
    }

    /// Whether DRS lists it as a recovery instance.
    pub(crate) fn is_listed(&self, now: Timestamp) -> bool {
        now >= self.listed && !self.ending.is_some_and(|end| end.by_drs && now >= end.terminated)
    }

    /// Restarts its operating system; ignored unless it runs.
    pub(crate) fn reboot(&mut self, at: Timestamp) {
        if self.state(at) == Some(InstanceState::Running) {
            self.reboots.retain(|reboot| *reboot > at);
            self.reboots.push(at);
        }
    }

    /// When its operating system last started.
    pub(crate) fn up_since(&self, now: Timestamp) -> Timestamp {
        let past = self.reboots.iter().filter(|reboot| **reboot <= now);
        past.fold(self.runs, |latest, reboot| latest.max(*reboot))
    }

    /// Ends it; of two endings the earlier one counts, and DRS's memory follows DRS.
    pub(crate) fn end(&mut self, ending: Ending) {
        self.ending = Some(match self.ending {
            None => ending,
            Some(before) => Ending {
                shuts_down: before.shuts_down.min(ending.shuts_down),
                terminated: before.terminated.min(ending.terminated),
                by_drs: before.by_drs || ending.by_drs,
            },
        });
    }

    /// Makes DRS forget an instance that ended without it.
    pub(crate) fn forget(&mut self) {
        if let Some(ending) = &mut self.ending {
            ending.by_drs = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn instance() -> Instance {
        Instance {
            id: "i-1".to_owned(),
            server: 0,
            job_id: "drsjob-1".to_owned(),
            is_drill: true,
            point_in_time: at(0),
            appears: at(10),
            runs: at(20),
            reboots: Vec::new(),
            listed: at(30),
            ending: None,
            disconnected: false,
            private_ip: "10.0.0.1".to_owned(),
            tags: BTreeMap::new(),
            drs_tags: BTreeMap::new(),
        }
    }

    #[test]
    fn its_state_follows_from_the_time_alone() {
        let mut instance = instance();
        instance.end(Ending { shuts_down: at(100), terminated: at(160), by_drs: true });
        let states: Vec<_> =
            [9, 10, 20, 100, 160, 3759, 3760].map(|second| instance.state(at(second))).into();
        assert_eq!(
            states,
            [
                None,
                Some(InstanceState::Pending),
                Some(InstanceState::Running),
                Some(InstanceState::ShuttingDown),
                Some(InstanceState::Terminated),
                Some(InstanceState::Terminated),
                None,
            ]
        );
    }

    #[test]
    fn drs_forgets_what_it_terminated_itself_and_remembers_what_others_did() {
        let mut by_drs = instance();
        by_drs.end(Ending { shuts_down: at(100), terminated: at(160), by_drs: true });
        assert!(by_drs.is_listed(at(159)) && !by_drs.is_listed(at(160)));

        let mut by_hand = instance();
        by_hand.end(Ending { shuts_down: at(100), terminated: at(160), by_drs: false });
        assert!(by_hand.is_listed(at(100_000)));
    }
}
