//! The journal of an execution that is adopted: its launches, as effects whose jobs were found, and where they were
//! looked for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::effect::launches::LAUNCH;
use moontide_runtime::effect::{Class, Key, Lane, Outcome};
use moontide_runtime::journal::{Body, Entry, Execution, Step, canonical};
use moontide_runtime::scheduler::{End, Event};
use moontide_runtime::store::Signal;
use serde_json::{Value, json};

use super::rebuilt::{UNKNOWN, name};
use super::traces::{Launch, Server, Traces};
use super::verdict::verdicts;

/// The operation that tells how far a job is.
const LOOK: &str = "drs.describe_jobs";

/// How many places are taken: of launches by wave, and of looks into Regions.
#[derive(Default)]
pub(super) struct Places {
    launches: BTreeMap<Lane, u32>,
    looks: u32,
}

impl Places {
    /// Those that a journal has taken.
    pub(super) fn of(entries: &[Entry]) -> Places {
        let mut places = Places::default();
        for entry in entries {
            match &entry.body {
                Body::Intent { step, .. } => {
                    let taken = places.launches.entry(step.lane.clone()).or_default();
                    *taken = step.position.max(*taken);
                }
                Body::Outcome { step, .. } => {
                    let asked = step.arguments.as_ref();
                    let is_look = asked.is_some_and(|it| !it["region"].is_null());
                    places.looks += u32::from(step.operation == LOOK && is_look);
                }
                Body::Event { .. } => {}
            }
        }
        places
    }

    fn next(&mut self, lane: &Lane) -> u32 {
        let taken = self.launches.entry(lane.clone()).or_default();
        *taken += 1;
        *taken
    }

    fn next_look(&mut self) -> u32 {
        self.looks += 1;
        self.looks
    }
}

/// The launches as effects, each with its place among those of its wave.
fn steps<'l>(
    execution: &Execution,
    launches: &[&'l Launch],
    places: &mut Places,
) -> Vec<(&'l Launch, Step)> {
    let home = execution.regions.first().cloned().unwrap_or_default();
    let identity = execution.identity();
    let step = |launch: &&'l Launch| {
        let lane = Lane::of_wave(&name(launch), 0);
        let (position, operation) = (places.next(&lane), LAUNCH.to_owned());
        let arguments = asked(launch, &home);
        // Where no tag has it, any key that no other effect has will do.
        let key = launch.key.clone().unwrap_or_else(|| Key::of(&identity, &lane, position));
        let (hash, site) = (canonical::hash(&arguments), String::new());
        let (class, arguments) = (Class::Tagged, Some(arguments));
        (*launch, Step { lane, position, operation, class, hash, key, site, arguments })
    };
    launches.iter().map(step).collect()
}

/// What the launch was given, as far as its job tells.
fn asked(launch: &Launch, home: &str) -> Value {
    let server = |server: &Server| json!({ "source_server_id": server.id });
    let servers: Vec<Value> = launch.servers.iter().map(server).collect();
    let mut asked = json!({ "source_servers": servers, "is_drill": launch.is_drill });
    if launch.region != home {
        asked["region"] = launch.region.as_str().into();
    }
    asked
}

/// Entries, one behind the other.
pub(super) struct Journal {
    /// When it is adopted.
    pub(super) at: Timestamp,
    /// Under which epoch they are written.
    pub(super) epoch: u64,
    /// How many there are before them.
    pub(super) behind: u64,
    pub(super) entries: Vec<Entry>,
}

impl Journal {
    fn push(&mut self, at: Timestamp, body: Body) {
        let sequence = self.behind + self.entries.len() as u64 + 1;
        self.entries.push(Entry { sequence, epoch: self.epoch, at, body });
    }

    pub(super) fn event(&mut self, event: Event) {
        self.push(self.at, Body::Event { event });
    }

    /// Launches whose jobs were found, and where they were looked for.
    pub(super) fn found(
        &mut self,
        execution: &Execution,
        (launches, regions): (&[&Launch], &[String]),
        mut places: Places,
    ) {
        let steps = steps(execution, launches, &mut places);
        for (launch, step) in &steps {
            self.launch(launch, step.clone());
        }
        for (launch, step) in &steps {
            self.look(launch, step);
        }
        for region in regions {
            let there = launches.iter().filter(|launch| launch.region == *region);
            let jobs: Vec<&str> = there.map(|launch| launch.job_id.as_str()).collect();
            let lane = Lane::of_wave(UNKNOWN, 0).branch(2, places.next_look());
            self.looked_in(region, &jobs, lane);
        }
    }

    pub(super) fn signalled(&mut self, signal: Signal) {
        self.event(Event::Signalled { signal, number: None, refused: None });
    }

    /// That waves are over, with the verdicts on the servers of these launches.
    pub(super) fn ended(&mut self, waves: Vec<String>, launches: &[&Launch], traces: &Traces) {
        for wave in waves {
            let of_wave = launches.iter().filter(|launch| name(launch) == wave);
            let end = End::Cancelled { details: json!({ "servers": verdicts(of_wave, traces) }) };
            self.event(Event::Ended { wave, attempt: 1, end });
        }
    }

    /// A launch, and that its job was found.
    fn launch(&mut self, launch: &Launch, step: Step) {
        let at = launch.at.unwrap_or(self.at);
        let mut servers: Vec<&str> = launch.servers.iter().map(|it| it.id.as_str()).collect();
        servers.sort_unstable();
        let mut job = json!({ "job_id": launch.job_id, "source_server_ids": servers });
        for field in ["arn", "type", "initiated_by", "creation_date_time"] {
            if let Some(said) = launch.job.get(field) {
                job[field] = said.clone();
            }
        }
        let outcome = Outcome::Ok { value: json!({ "job": job }) };
        let ended = Step { arguments: None, ..step.clone() };
        self.push(at, Body::Intent { step, attempt: 1 });
        let (attempt, request_id, adopted) = (1, None, true);
        self.push(at, Body::Outcome { step: ended, attempt, outcome, request_id, adopted });
    }

    /// How far its job was, when that was looked at.
    fn look(&mut self, launch: &Launch, begun: &Step) {
        if launch.at.is_none() {
            return;
        }
        let arguments = json!({ "filters": { "job_ids": [launch.job_id] } });
        let lane = begun.lane.branch(1, begun.position);
        self.asked(lane, arguments, json!({ "items": [launch.job] }));
    }

    /// That a Region was looked in, and which jobs of the execution were found there and are journaled with that.
    fn looked_in(&mut self, region: &str, jobs: &[&str], lane: Lane) {
        self.asked(lane, json!({ "region": region }), json!({ "job_ids": jobs }));
    }

    fn asked(&mut self, lane: Lane, arguments: Value, value: Value) {
        let step = Step {
            key: Key::of(LOOK, &lane, 1),
            lane,
            position: 1,
            operation: LOOK.to_owned(),
            class: Class::Read,
            hash: canonical::hash(&arguments),
            site: String::new(),
            arguments: Some(arguments),
        };
        let outcome = Outcome::Ok { value };
        let (attempt, request_id, adopted) = (0, None, false);
        self.push(self.at, Body::Outcome { step, attempt, outcome, request_id, adopted });
    }
}
