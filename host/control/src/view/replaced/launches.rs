//! Which servers a journal has launched last.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::effect::Outcome;
use moontide_runtime::effect::launches::LAUNCH;
use moontide_runtime::journal::{Body, Entry, Step};
use moontide_runtime::scheduler::certainly_not;
use serde_json::Value;

/// The last launch of each server, by the server's id.
pub(super) type Launches = BTreeMap<String, Launch>;

/// The last time that an execution launched a server.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Launch {
    /// The wave that did.
    pub(super) wave: String,
    /// The effect's identity.
    pub(super) key: String,
    /// The job, where its id was seen.
    pub(super) job: Option<String>,
    /// The Region, if the call names one.
    pub(super) region: Option<String>,
    /// When it was about to be sent, by the runner's clock.
    pub(super) at: Timestamp,
    /// When AWS created its job, by AWS's clock.
    pub(super) created: Option<Timestamp>,
    /// Whether it was not seen what became of it.
    pub(super) doubtful: bool,
}

impl Launch {
    /// Whether it came after another. Clocks of runners differ; AWS has one.
    pub(super) fn is_after(&self, other: &Launch) -> bool {
        match (self.created, other.created) {
            (Some(ours), Some(theirs)) => ours > theirs,
            _ => self.at > other.at,
        }
    }
}

/// A launch on its way, and its servers.
struct Begun {
    launch: Launch,
    servers: Vec<String>,
}

/// Reads a journal.
pub(super) fn of(entries: &[Entry]) -> Launches {
    let mut begun: Vec<Begun> = Vec::new();
    for entry in entries {
        match &entry.body {
            Body::Intent { step, attempt: 1 } if step.operation == LAUNCH => {
                begun.push(Begun::of(step, entry.at));
            }
            Body::Outcome { step, attempt, outcome, .. } if step.operation == LAUNCH => {
                let at = begun.iter().position(|it| it.launch.key == step.key.as_str());
                let Some(at) = at else { continue };
                match outcome {
                    Outcome::Ok { value } => begun[at].launch.end(&value["job"]),
                    Outcome::Failed { error } if certainly_not(*attempt, error) => {
                        begun.remove(at);
                    }
                    Outcome::Failed { .. } | Outcome::Unknown { .. } => {}
                }
            }
            _ => {}
        }
    }
    let mut launches = Launches::new();
    for Begun { launch, servers } in begun {
        for server in servers {
            launches.insert(server, launch.clone());
        }
    }
    launches
}

impl Begun {
    fn of(step: &Step, at: Timestamp) -> Begun {
        let asked = step.arguments.as_ref().unwrap_or(&Value::Null);
        let servers = asked["source_servers"].as_array().into_iter().flatten();
        let id = |server: &Value| server["source_server_id"].as_str().map(str::to_owned);
        let lane = step.lane.root();
        let wave = lane.as_str().rsplit_once('#').map_or(lane.as_str(), |(wave, _)| wave);
        let launch = Launch {
            wave: wave.to_owned(),
            key: step.key.as_str().to_owned(),
            job: None,
            region: asked["region"].as_str().map(str::to_owned),
            at,
            created: None,
            doubtful: true,
        };
        Begun { launch, servers: servers.filter_map(id).collect() }
    }
}

impl Launch {
    /// AWS has answered, or a person has said that it did, and named the job.
    fn end(&mut self, job: &Value) {
        self.job = job["job_id"].as_str().map(str::to_owned);
        self.created = job["creation_date_time"].as_str().and_then(|it| it.parse().ok());
        self.doubtful = self.job.is_none();
    }
}
