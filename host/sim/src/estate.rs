//! What the services of one Region share: the scenario, its faults, and the instances.
//!
//! Nothing here runs in the background. What will happen is computed when its cause happens — a
//! job's whole log when the job is created, an instance's whole boot when it is launched — and every
//! question takes the instant for which it is asked. So the same scenario, calls and times give the
//! same replies, and a clock may jump. What belongs to one service alone is in its own state.

use jiff::{SignedDuration, Timestamp};

use crate::fault::Faults;
use crate::instance::{Ending, Instance};
use crate::scenario::{Scenario, Server};
use crate::seed::Seed;

/// The estate of one account in one of its Regions.
#[derive(Debug)]
pub(crate) struct Estate {
    /// As far as it is of this Region.
    pub(crate) scenario: Scenario,
    pub(crate) seed: Seed,
    /// When the story began.
    pub(crate) start: Timestamp,
    /// False in every Region that the world file does not name.
    pub(crate) is_named: bool,
    /// Oldest first.
    pub(crate) instances: Vec<Instance>,
    pub(crate) faults: Faults,
}

impl Estate {
    /// The estate of a Region that the world file names, as it stands at `start`.
    pub(crate) fn new(scenario: Scenario, seed: Seed, faults: Faults, start: Timestamp) -> Self {
        Self { scenario, seed, start, is_named: true, instances: Vec::new(), faults }
    }

    /// What the same account looks like in a Region that the world file does not name.
    pub(crate) fn elsewhere(scenario: Scenario, start: Timestamp) -> Self {
        let (seed, nothing) = (Seed(scenario.seed), Faults::new(&[], &scenario.region));
        Self { is_named: false, ..Self::new(scenario.elsewhere(), seed, nothing, start) }
    }

    /// How long the story has been going on.
    pub(crate) fn elapsed(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.start)
    }

    /// What the world file says of a server.
    pub(crate) fn server(&self, index: usize) -> &Server {
        &self.scenario.servers[index]
    }

    /// The server with this id.
    pub(crate) fn find_server(&self, id: &str) -> Option<usize> {
        self.scenario.servers.iter().position(|server| server.id == id)
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
