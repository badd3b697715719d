//! The SSM agent on an instance: whether it is registered, and whether it answers.

use jiff::Timestamp;

use super::Estate;
use super::instance::{Instance, InstanceState};

/// What Systems Manager knows of an instance's agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Agent {
    /// When it first spoke.
    pub(crate) registered: Timestamp,
    pub(crate) online: bool,
}

impl Estate {
    /// The agent of an instance; `None` if it has never spoken.
    pub(crate) fn agent(&self, instance: &Instance, now: Timestamp) -> Option<Agent> {
        let server = self.server(instance.server);
        if !server.ssm_agent {
            return None;
        }
        let ready = instance.runs + self.scenario.timing.agent_online;
        let registered = self.reachable_from(&server.name, ready)?;
        if now < registered || !instance.is_live(registered) {
            return None;
        }
        let running = instance.state(now) == Some(InstanceState::Running);
        let reachable = self.reachable_from(&server.name, now) == Some(now);
        Some(Agent { registered, online: running && reachable })
    }

    /// The first moment from `from` on at which the agents of a server can be reached; `None` if
    /// that never comes.
    pub(crate) fn reachable_from(&self, server: &str, from: Timestamp) -> Option<Timestamp> {
        let elapsed = self.faults.agent_back(server, self.elapsed(from))?;
        Some(self.start + elapsed)
    }
}
