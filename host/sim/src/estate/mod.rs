//! The state of the pretend world, and what changes it.
//!
//! Nothing here runs in the background. What will happen is computed when its cause happens — a
//! job's whole log when the job is created, an instance's whole boot when it is launched — and every
//! question takes the instant for which it is asked. So the same world, calls and times give the
//! same replies, and a clock may jump.

pub(crate) mod agent;
mod assumed;
pub(crate) mod automation;
pub(crate) mod command;
pub(crate) mod instance;
pub(crate) mod invoke;
pub(crate) mod job;
pub(crate) mod launch;
pub(crate) mod quota;
mod recorded;
pub(crate) mod replication;
pub(crate) mod terminate;
pub(crate) mod timeline;
mod unsaid;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::fact::Fact;
use crate::fault::Faults;
use crate::scenario::{Scenario, Server};
use crate::seed::Seed;
pub(crate) use assumed::Met;
use automation::AutomationRun;
use command::CommandRun;
use instance::Instance;
use job::Job;
use launch::LaunchRequest;

pub(crate) const FACTS: &[Fact] = &[Fact::assumed(
    "drs.jobs.visible-late",
    "DescribeJobs shows a new job only some seconds after it was created.",
    "DRS does not say that its lists are consistent at once",
)];

/// The estate of one account in one of its Regions.
#[derive(Debug)]
pub(crate) struct Estate {
    pub(crate) scenario: Scenario,
    pub(crate) seed: Seed,
    /// When the story began.
    pub(crate) start: Timestamp,
    /// False in every Region that the world does not name: DRS was never set up there.
    pub(crate) initialized: bool,
    /// One for each of the world's servers, in its order.
    pub(crate) servers: Vec<SourceServer>,
    /// Oldest first.
    pub(crate) instances: Vec<Instance>,
    /// Oldest first.
    pub(crate) jobs: Vec<Job>,
    /// Oldest first.
    pub(crate) commands: Vec<CommandRun>,
    /// Oldest first.
    pub(crate) automations: Vec<AutomationRun>,
    pub(crate) faults: Faults,
    /// What of the world was met, and what was not.
    pub(crate) met: Met,
    /// Launch jobs asked for since the start: they take the recordings in turn.
    launches: usize,
}

/// What changes about a source server.
#[derive(Debug)]
pub(crate) struct SourceServer {
    pub(crate) tags: BTreeMap<String, String>,
    /// Index of its newest launch job.
    pub(crate) last_launch: Option<usize>,
}

impl Estate {
    /// The estate as it stands at `start`, with the instances that the world says exist already.
    pub(crate) fn new(scenario: Scenario, seed: Seed, faults: Faults, start: Timestamp) -> Self {
        let mut estate = Self::empty(scenario, seed, faults, start, true);
        let existing: Vec<_> = estate
            .scenario
            .servers
            .iter()
            .enumerate()
            .filter_map(|(server, facts)| Some((server, facts.recovery_instance?)))
            .collect();
        for (server, instance) in existing {
            let launched = start.saturating_sub(instance.age).unwrap_or(start);
            let request = LaunchRequest { server, recovery_point: None };
            estate.launch(launched, &[request], instance.drill, BTreeMap::new());
        }
        estate.jobs.sort_by_key(|job| job.created);
        estate.index_last_launches();
        estate
    }

    /// What the same account looks like in a Region that the world does not describe.
    pub(crate) fn elsewhere(scenario: Scenario, start: Timestamp) -> Self {
        let (seed, nothing) = (Seed(scenario.seed), Faults::new(&[], &scenario.region));
        Self::empty(scenario.elsewhere(), seed, nothing, start, false)
    }

    fn empty(
        scenario: Scenario,
        seed: Seed,
        faults: Faults,
        start: Timestamp,
        initialized: bool,
    ) -> Self {
        let servers = scenario
            .servers
            .iter()
            .map(|server| SourceServer { tags: server.tags.clone(), last_launch: None })
            .collect();
        Self {
            seed,
            start,
            initialized,
            servers,
            instances: Vec::new(),
            jobs: Vec::new(),
            commands: Vec::new(),
            automations: Vec::new(),
            faults,
            met: Met::default(),
            launches: 0,
            scenario,
        }
    }

    /// Sorting the jobs of the past moved them.
    fn index_last_launches(&mut self) {
        for (index, job) in self.jobs.iter().enumerate() {
            for participant in &job.participants {
                self.servers[participant.server].last_launch = Some(index);
            }
        }
    }

    /// How long the story has been going on.
    pub(crate) fn elapsed(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.start)
    }

    /// From when on `DescribeJobs` shows the job that is created now.
    fn next_job_visible(&mut self, now: Timestamp) -> Timestamp {
        let hidden = self.faults.next_job_hidden(self.elapsed(now));
        now + hidden.unwrap_or(self.scenario.timing.job_visible_after)
    }

    /// What the world says of a server.
    pub(crate) fn server(&self, index: usize) -> &Server {
        &self.scenario.servers[index]
    }

    /// The server with this id.
    pub(crate) fn find_server(&self, id: &str) -> Option<usize> {
        self.scenario.servers.iter().position(|server| server.id == id)
    }

    /// The job with this id.
    pub(crate) fn find_job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    /// The server's recovery instance that DRS lists, if any.
    pub(crate) fn recovery_instance(&self, server: usize, now: Timestamp) -> Option<&Instance> {
        self.instances
            .iter()
            .rev()
            .find(|instance| instance.server == server && instance.is_listed(now))
    }

    /// The recovery instance with this id, if DRS lists it.
    pub(crate) fn find_recovery_instance(&self, id: &str, now: Timestamp) -> Option<usize> {
        self.instances.iter().position(|instance| instance.id == id && instance.is_listed(now))
    }

    /// The active job of a server, if any.
    pub(crate) fn active_job(&self, server: usize, now: Timestamp) -> Option<&Job> {
        self.jobs.iter().find(|job| job.is_active(now) && job.participant(server).is_some())
    }

    /// An ARN of DRS in this account and Region.
    pub(crate) fn drs_arn(&self, kind: &str, id: &str) -> String {
        format!("arn:aws:drs:{}:{}:{kind}/{id}", self.scenario.region, self.scenario.account)
    }
}
