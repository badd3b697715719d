//! What DRS has in one Region: source servers and jobs.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::job::{Job, LaunchRequest};
use super::quotas::{self, Quotas};
use crate::estate::Estate;
use crate::fact::Fact;

pub(crate) const FACTS: &[Fact] = &[Fact::assumed(
    "drs.jobs.visible-late",
    "DescribeJobs shows a new job only some seconds after it was created.",
    "DRS does not say that its lists are consistent at once",
)];

/// DRS in one Region.
#[derive(Debug)]
pub(crate) struct Drs {
    /// One for each of the scenario's servers, in its order.
    pub(super) servers: Vec<SourceServer>,
    /// Oldest first.
    pub(super) jobs: Vec<Job>,
    pub(super) quotas: Quotas,
    /// Launch jobs asked for since the start: they take the recordings in turn.
    pub(super) launches: usize,
}

/// What changes about a source server.
#[derive(Debug)]
pub(super) struct SourceServer {
    pub(super) tags: BTreeMap<String, String>,
    /// Index of its newest launch job.
    pub(super) last_launch: Option<usize>,
}

impl Drs {
    /// DRS as it stands when the story begins, with the instances that the world file says exist already.
    pub(super) fn new(estate: &mut Estate) -> Self {
        let servers = estate.scenario.servers.iter();
        let servers = servers.map(|it| SourceServer { tags: it.tags.clone(), last_launch: None });
        let mut drs = Self {
            servers: servers.collect(),
            jobs: Vec::new(),
            quotas: *estate.scenario.section(&quotas::SECTION),
            launches: 0,
        };
        let existing = estate.scenario.servers.iter().enumerate();
        let existing: Vec<_> = existing
            .filter_map(|(server, facts)| Some((server, facts.recovery_instance?)))
            .collect();
        for (server, instance) in existing {
            let launched = estate.start.saturating_sub(instance.age).unwrap_or(estate.start);
            let request = LaunchRequest { server, recovery_point: None };
            drs.launch(estate, launched, &[request], instance.drill, BTreeMap::new());
        }
        drs.jobs.sort_by_key(|job| job.created);
        drs.index_last_launches();
        drs
    }

    /// Sorting the jobs of the past moved them.
    fn index_last_launches(&mut self) {
        for (index, job) in self.jobs.iter().enumerate() {
            for participant in &job.participants {
                self.servers[participant.server].last_launch = Some(index);
            }
        }
    }

    /// The job with this id.
    pub(super) fn find_job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    /// The active job of a server, if any.
    pub(super) fn active_job(&self, server: usize, now: Timestamp) -> Option<&Job> {
        self.jobs.iter().find(|job| job.is_active(now) && job.participant(server).is_some())
    }
}

/// From when on `DescribeJobs` shows the job that is created now.
pub(super) fn next_job_visible(estate: &Estate, now: Timestamp) -> Timestamp {
    let hidden = estate.faults.next_job_hidden(estate.elapsed(now));
    now + hidden.unwrap_or(estate.scenario.timing.job_visible_after)
}

/// An ARN of DRS in this account and Region.
pub(super) fn arn(estate: &Estate, kind: &str, id: &str) -> String {
    let (region, account) = (&estate.scenario.region, &estate.scenario.account);
    format!("arn:aws:drs:{region}:{account}:{kind}/{id}")
}
