//! Ending instances: through a DRS job, or directly in EC2.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::fact::Fact;

use super::Estate;
use super::instance::Ending;
use super::job::{Job, JobKind, LaunchStatus, LogItem, Participant};

pub(crate) const FACTS: &[Fact] = &[Fact::assumed(
    "drs.terminate.protected",
    "A TERMINATE job ends COMPLETED though EC2 refuses to terminate an instance that is protected: its log \
     says CLEANUP_FAIL, its server FAILED, and the instance stays.",
    "a job never fails, and EC2's refusal has to go somewhere; what DRS does is not documented",
)];

/// From a TERMINATE job's creation to its `JOB_START`; the recordings hold none.
const STARTS_AFTER: SignedDuration = SignedDuration::from_millis(300);

impl Estate {
    /// Creates a TERMINATE job for these instances, given by index. All checks are behind us.
    pub(crate) fn terminate_by_job(&mut self, instances: &[usize], at: Timestamp) -> &Job {
        let id = self.seed.id("drsjob-", &self.jobs.len().to_string());
        let starts = at + STARTS_AFTER;
        let gone = starts + self.scenario.timing.termination;
        let mut log = vec![LogItem::of_job(starts, "JOB_START")];
        let mut participants = Vec::new();
        for &index in instances {
            let protected = self.is_protected(index);
            let instance = &mut self.instances[index];
            let refusal = protected.then(|| refusal(&instance.id));
            let end = if protected { "CLEANUP_FAIL" } else { "CLEANUP_END" };
            if !protected {
                instance.end(Ending { shuts_down: starts, terminated: gone, by_drs: true });
            }
            for (at, event) in [(starts, "CLEANUP_START"), (gone, end)] {
                log.push(LogItem {
                    server: Some(instance.server),
                    target_instance: Some(instance.id.clone()),
                    raw_error: refusal.clone().filter(|_| event == end),
                    ..LogItem::of_job(at, event)
                });
            }
            participants.push(Participant {
                server: instance.server,
                instance_id: Some(instance.id.clone()),
                ends: gone,
                outcome: if protected { LaunchStatus::Failed } else { LaunchStatus::Terminated },
            });
        }
        log.sort_by_key(|item| item.at);
        let ends = gone + STARTS_AFTER;
        log.push(LogItem::of_job(ends, "JOB_END"));
        let visible = self.next_job_visible(at);
        self.jobs.push(Job {
            id,
            kind: JobKind::Terminate,
            created: at,
            starts,
            ends,
            visible,
            participants,
            tags: BTreeMap::new(),
            log,
        });
        &self.jobs[self.jobs.len() - 1]
    }

    /// Whether EC2 refuses to terminate an instance, given by index: it is protected, and still there.
    pub(crate) fn is_protected(&self, instance: usize) -> bool {
        let instance = &self.instances[instance];
        instance.ending.is_none() && self.server(instance.server).termination_protection
    }

    /// Terminates an instance through EC2, behind DRS's back.
    pub(crate) fn terminate_by_hand(&mut self, instance: usize, at: Timestamp) {
        let terminated = at + self.scenario.timing.termination;
        self.instances[instance].end(Ending { shuts_down: at, terminated, by_drs: false });
    }
}

/// What EC2 says of a protected instance, as a job's log repeats it.
pub(super) fn refusal(id: &str) -> String {
    format!(
        "OperationNotPermitted: The instance '{id}' may not be terminated. Modify its \
         'disableApiTermination' instance attribute and try again."
    )
}
