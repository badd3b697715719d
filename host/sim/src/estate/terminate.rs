//! Ending instances: through a DRS job, or directly in EC2.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Estate;
use super::instance::Ending;
use super::job::{Job, JobKind, LaunchStatus, LogItem, Participant};

/// From a TERMINATE job's creation to its `JOB_START`; the recordings hold none.
const STARTS_AFTER: SignedDuration = SignedDuration::from_millis(300);

impl Estate {
    /// Creates a TERMINATE job for these instances, given by index. All checks are behind us.
    pub(crate) fn terminate_by_job(&mut self, instances: &[usize], at: Timestamp) -> &Job {
        let id = self.seed.id("drsjob-", &self.jobs.len().to_string());
        let starts = at + STARTS_AFTER;
        let gone = starts + self.world.timing.termination;
        let mut log = vec![LogItem::of_job(starts, "JOB_START")];
        let mut participants = Vec::new();
        for &index in instances {
            let instance = &mut self.instances[index];
            instance.end(Ending { shuts_down: starts, terminated: gone, by_drs: true });
            for (at, event) in [(starts, "CLEANUP_START"), (gone, "CLEANUP_END")] {
                log.push(LogItem {
                    server: Some(instance.server),
                    target_instance: Some(instance.id.clone()),
                    ..LogItem::of_job(at, event)
                });
            }
            participants.push(Participant {
                server: instance.server,
                instance_id: Some(instance.id.clone()),
                ends: gone,
                outcome: LaunchStatus::Terminated,
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

    /// Terminates an instance through EC2, behind DRS's back.
    pub(crate) fn terminate_by_hand(&mut self, instance: usize, at: Timestamp) {
        let terminated = at + self.world.timing.termination;
        self.instances[instance].end(Ending { shuts_down: at, terminated, by_drs: false });
    }
}
