//! The SSM agent on an instance: whether it is registered, and whether it answers.

use jiff::Timestamp;

use crate::estate::Estate;
use crate::instance::{Instance, InstanceState};

/// What Systems Manager knows of an instance's agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Agent {
    /// When it first spoke.
    pub(crate) registered: Timestamp,
    pub(crate) online: bool,
}

/// The agent of an instance; `None` if it has never spoken.
pub(super) fn of(estate: &Estate, instance: &Instance, now: Timestamp) -> Option<Agent> {
    let server = estate.server(instance.server);
    if !server.ssm_agent {
        return None;
    }
    let ready = instance.runs + estate.scenario.timing.agent_online;
    let registered = reachable_from(estate, &server.name, ready)?;
    if now < registered || !instance.is_live(registered) {
        return None;
    }
    let running = instance.state(now) == Some(InstanceState::Running);
    let reachable = reachable_from(estate, &server.name, now) == Some(now);
    Some(Agent { registered, online: running && reachable })
}

/// The first moment from `from` on at which the agents of a server can be reached; `None` if
/// that never comes.
pub(super) fn reachable_from(estate: &Estate, server: &str, from: Timestamp) -> Option<Timestamp> {
    let elapsed = estate.faults.agent_back(server, estate.elapsed(from))?;
    Some(estate.start + elapsed)
}
