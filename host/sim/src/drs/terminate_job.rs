//! Starting a job that terminates instances.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::job::{Job, JobKind, LaunchStatus, LogItem, Participant};
use super::state::{Drs, next_job_visible};
use crate::estate::Estate;
use crate::fact::Fact;
use crate::instance::Ending;

pub(crate) const FACTS: &[Fact] = &[Fact::assumed(
    "drs.terminate.protected",
    "A TERMINATE job ends COMPLETED though EC2 refuses to terminate an instance that is protected: its log \
     says CLEANUP_FAIL, its server FAILED, and the instance stays.",
    "a job never fails, and EC2's refusal has to go somewhere; what DRS does is not documented",
)];

/// From a TERMINATE job's creation to its `JOB_START`; the recordings hold none.
const STARTS_AFTER: SignedDuration = SignedDuration::from_millis(300);

impl Drs {
    /// Creates a TERMINATE job for these instances, given by index. All checks are behind us.
    pub(super) fn terminate(
        &mut self,
        estate: &mut Estate,
        instances: &[usize],
        at: Timestamp,
    ) -> &Job {
        let id = estate.seed.id("drsjob-", &self.jobs.len().to_string());
        let starts = at + STARTS_AFTER;
        let gone = starts + estate.scenario.timing.termination;
        let mut log = vec![LogItem::of_job(starts, "JOB_START")];
        let mut participants = Vec::new();
        for &index in instances {
            let protected = estate.is_protected(index);
            let instance = &mut estate.instances[index];
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
        let visible = next_job_visible(estate, at);
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
}

/// What EC2 says of a protected instance, as a job's log repeats it.
pub(super) fn refusal(id: &str) -> String {
    format!(
        "OperationNotPermitted: The instance '{id}' may not be terminated. Modify its \
         'disableApiTermination' instance attribute and try again."
    )
}
