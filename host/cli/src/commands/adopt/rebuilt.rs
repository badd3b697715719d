//! The head and the journal of an execution that is adopted: what its tags say, and that it is over.
//!
//! The launches come first, as intents whose jobs were found; then the execution is begun, noted to be adopted, and
//! cancelled, with the verdicts that DRS gives. Its waves and its lanes are those that tags name. No tag names an
//! attempt: lanes say attempt 0.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_control::settings::Settings;
use moontide_control::whoami::Person;
use moontide_control::words;
use moontide_runtime::effect::launches::LAUNCH;
use moontide_runtime::effect::{Class, Key, Lane, Outcome};
use moontide_runtime::journal::execution::{ADOPTED, Simulator};
use moontide_runtime::journal::{Body, Bundle, Entry, Execution, Format, Step, canonical};
use moontide_runtime::plan::{Mode, Outside, Plan, Wave};
use moontide_runtime::sandbox::luau_version;
use moontide_runtime::scheduler::{End, Event};
use moontide_runtime::store::{Signal, Wish};
use serde_json::{Value, json};

use super::traces::{Launch, Server, Traces, Whose};

/// What stands for a name that no tag says.
const UNKNOWN: &str = "unknown";
/// The operation that tells how far a job is.
const LOOK: &str = "drs.describe_jobs";

/// Who adopts, when, and why.
pub(super) struct Adopter<'s> {
    pub(super) created_by: String,
    pub(super) account: Option<String>,
    pub(super) person: Person,
    pub(super) at: Timestamp,
    pub(super) reason: String,
    pub(super) simulator: Option<Simulator>,
    /// Where launches were looked for, in the order in which they are the execution's.
    pub(super) regions: Vec<String>,
    pub(super) settings: &'s Settings,
}

/// An execution as it is written into the store.
pub(super) struct Rebuilt {
    pub(super) execution: Execution,
    pub(super) entries: Vec<Entry>,
}

impl Adopter<'_> {
    /// Rebuilds the execution of these launches, of which there is one at least, in the order of their time.
    pub(super) fn rebuild(&self, launches: &[&Launch], traces: &Traces) -> Rebuilt {
        let waves = waves(launches);
        let execution = self.head(launches, &waves);
        let mut journal = Journal { at: self.at, epoch: 1, behind: 0, entries: Vec::new() };
        journal.found(&execution, (launches, &self.regions), Places::default());
        journal.event(Event::Started);
        for wish in [Wish::Note, Wish::Cancel { seen: 0 }] {
            let comment = match wish {
                Wish::Note => self.note(launches),
                _ => "adopted: nothing goes on from here".to_owned(),
            };
            journal.signalled(self.signal(wish, comment));
        }
        journal.ended(waves, launches, traces);
        Rebuilt { execution, entries: journal.entries }
    }

    /// What was found since it was adopted, behind the entries that it has: these launches, and that these Regions
    /// were looked in.
    pub(super) fn more(
        &self,
        execution: &Execution,
        entries: &[Entry],
        (launches, regions): (&[&Launch], &[String]),
        (traces, epoch): (&Traces, u64),
    ) -> Vec<Entry> {
        let behind = entries.last().map_or(0, |entry| entry.sequence);
        let mut journal = Journal { at: self.at, epoch, behind, entries: Vec::new() };
        journal.found(execution, (launches, regions), Places::of(entries));
        journal.ended(waves(launches), launches, traces);
        let comment = format!(
            "adopted once more: {} in {} found that were not known",
            words::count(launches.len(), "job"),
            self.regions.join(", ")
        );
        journal.signalled(self.signal(Wish::Note, comment));
        journal.entries
    }

    fn head(&self, launches: &[&Launch], waves: &[String]) -> Execution {
        let Whose { id, nonce } = launches[0].whose.clone();
        let is_drill = launches.iter().all(|launch| launch.is_drill);
        let is_there = |region: &&String| launches.iter().any(|it| it.region == **region);
        let regions: Vec<String> = self.regions.iter().filter(is_there).cloned().collect();
        Execution {
            format: Format::CURRENT,
            id,
            nonce,
            created_at: self.at,
            created_by: self.created_by.clone(),
            mode: if is_drill { Mode::Drill } else { Mode::Recovery },
            params: BTreeMap::new(),
            secrets: BTreeMap::new(),
            regions: regions.clone(),
            simulator: self.simulator.clone(),
            account: self.account.clone(),
            replaceable: Vec::new(),
            gives_up: Some(BTreeMap::new()),
            reason: self.reason.clone(),
            labels: BTreeMap::new(),
            origin: String::new(),
            only: Vec::new(),
            excluded: Vec::new(),
            beside: Vec::new(),
            source: None,
            acts_for: None,
            made: Vec::new(),
            denied: self.settings.denied.clone(),
            approvers: BTreeMap::new(),
            limits: self.settings.pinned(),
            // All of them begin, and end, in its journal.
            waves_at_once: None,
            seed: 0,
            moontide: env!("CARGO_PKG_VERSION").to_owned(),
            luau: luau_version(),
            plan: plan(regions, waves),
            sources: None,
            bundle: Bundle { entry: ADOPTED.to_owned(), modules: BTreeMap::new() },
        }
        .pinned()
    }

    fn signal(&self, wish: Wish, comment: String) -> Signal {
        let Person { name: by, sender } = self.person.clone();
        Signal { wish, by, sender, comment, at: self.at }
    }

    /// What is known, and what is not.
    fn note(&self, launches: &[&Launch]) -> String {
        let gone = launches.iter().filter(|launch| launch.at.is_none()).count();
        let jobs = words::count(launches.len(), "job");
        let gone = match gone {
            0 => String::new(),
            gone => format!(", {gone} of them gone from DRS and known by their instances only"),
        };
        let regions = self.regions.join(", ");
        format!(
            "adopted from the tags on {jobs} in {regions}{gone}. Unknown: the runbook, its params, \
             which attempt launched what, what else its waves did, how they ended, and what it has launched in \
             other Regions"
        )
    }
}

/// The waves that launched, in the order of their first launch.
fn waves(launches: &[&Launch]) -> Vec<String> {
    let mut waves = Vec::new();
    for launch in launches {
        let wave = name(launch);
        if !waves.contains(&wave) {
            waves.push(wave);
        }
    }
    waves
}

fn name(launch: &Launch) -> String {
    launch.wave.clone().unwrap_or_else(|| UNKNOWN.to_owned())
}

fn plan(regions: Vec<String>, waves: &[String]) -> Plan {
    let wave = |name: &String| Wave {
        name: name.clone(),
        depends_on: Vec::new(),
        pause: None,
        servers: None,
        min_success: None,
        on_failure: None,
        max_attempts: 1,
        timeout: None,
        hooks: Vec::new(),
    };
    Plan {
        name: UNKNOWN.to_owned(),
        description: "Adopted: its runbook is lost with its store".to_owned(),
        regions,
        source_region: None,
        account: None,
        rto: None,
        rpo: None,
        params: BTreeMap::new(),
        waves: waves.iter().map(wave).collect(),
        max_parallel_waves: None,
        start: None,
        outside: Outside::default(),
        on_start: false,
        on_cancel: false,
        on_finish: false,
    }
}

/// How many places are taken: of launches by wave, and of looks into Regions.
#[derive(Default)]
struct Places {
    launches: BTreeMap<Lane, u32>,
    looks: u32,
}

impl Places {
    /// Those that a journal has taken.
    fn of(entries: &[Entry]) -> Places {
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
struct Journal {
    /// When it is adopted.
    at: Timestamp,
    /// Under which epoch they are written.
    epoch: u64,
    /// How many there are before them.
    behind: u64,
    entries: Vec<Entry>,
}

impl Journal {
    fn push(&mut self, at: Timestamp, body: Body) {
        let sequence = self.behind + self.entries.len() as u64 + 1;
        self.entries.push(Entry { sequence, epoch: self.epoch, at, body });
    }

    fn event(&mut self, event: Event) {
        self.push(self.at, Body::Event { event });
    }

    /// Launches whose jobs were found, and where they were looked for.
    fn found(
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

    fn signalled(&mut self, signal: Signal) {
        self.event(Event::Signalled { signal, number: None, refused: None });
    }

    /// That waves are over, with the verdicts on the servers of these launches.
    fn ended(&mut self, waves: Vec<String>, launches: &[&Launch], traces: &Traces) {
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

/// The verdict on each server, by the last of the launches.
fn verdicts<'l>(launches: impl Iterator<Item = &'l &'l Launch>, traces: &Traces) -> Vec<Value> {
    let mut verdicts: BTreeMap<&str, Value> = BTreeMap::new();
    for launch in launches {
        for server in &launch.servers {
            verdicts.insert(&server.id, verdict(server, launch, traces));
        }
    }
    verdicts.into_values().collect()
}

fn verdict(server: &Server, launch: &Launch, traces: &Traces) -> Value {
    let is_there = server.instance.as_ref().is_none_or(|id| traces.there.contains(id));
    let (verdict, reason) = match server.status.as_str() {
        "LAUNCHED" if is_there => ("launched", None),
        "LAUNCHED" => ("launched", Some("its instance is gone by now".to_owned())),
        "FAILED" => ("failed", Some(format!("{} did not launch it", launch.job_id))),
        status => {
            let status = if status.is_empty() { "nothing" } else { status };
            (UNKNOWN, Some(format!("{} says {status} of it", launch.job_id)))
        }
    };
    let mut said = json!({ "server": server.id, "verdict": verdict });
    let name = traces.names.get(&server.id).cloned();
    for (field, text) in
        [("name", name), ("instance_id", server.instance.clone()), ("reason", reason)]
    {
        if let Some(text) = text {
            said[field] = text.into();
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use moontide_runtime::scheduler::{ExecutionStatus, Graph, Refusal, machine};

    use super::super::unknown;
    use super::*;
    use moontide_control::cleanup::launched::Launched;

    fn launch(job: &str, wave: Option<&str>, at: Option<Timestamp>) -> Launch {
        let whose = Whose { id: "drill".to_owned(), nonce: "n".to_owned() };
        let status = "LAUNCHED".to_owned();
        let server = Server { id: format!("s-{job}"), status, instance: Some("i-1".to_owned()) };
        Launch {
            whose,
            region: "us-west-2".to_owned(),
            wave: wave.map(str::to_owned),
            key: None,
            is_drill: true,
            job_id: job.to_owned(),
            at,
            job: json!({ "job_id": job, "status": "COMPLETED" }),
            servers: vec![server],
        }
    }

    fn adopter(settings: &Settings) -> Adopter<'_> {
        Adopter {
            created_by: "ann".to_owned(),
            account: None,
            person: Person::default(),
            at: Timestamp::from_second(1_800_000_000).expect("a moment"),
            reason: String::new(),
            simulator: None,
            regions: vec!["eu-west-1".to_owned(), "us-west-2".to_owned()],
            settings,
        }
    }

    fn rebuilt(launches: &[Launch]) -> Rebuilt {
        let launches: Vec<&Launch> = launches.iter().collect();
        adopter(&Settings::default()).rebuild(&launches, &Traces::default())
    }

    #[test]
    fn it_is_over_and_only_a_note_is_taken() {
        let first = Timestamp::from_second(1_700_000_000).ok();
        let rebuilt = rebuilt(&[
            launch("drsjob-1", Some("db"), None),
            launch("drsjob-2", Some("web"), first),
            launch("drsjob-3", None, first),
        ]);
        let waves: Vec<&str> =
            rebuilt.execution.plan.waves.iter().map(|wave| wave.name.as_str()).collect();
        assert_eq!(waves, ["db", "web", UNKNOWN]);
        assert_eq!(rebuilt.execution.regions, ["us-west-2"]);
        let graph = Graph::of(&rebuilt.execution);
        let events = rebuilt.entries.iter().filter_map(|entry| match &entry.body {
            Body::Event { event } => Some((entry.at, event)),
            _ => None,
        });
        let state = machine::fold(&graph, events);
        assert_eq!(state.status(), ExecutionStatus::Cancelled);
        let told = |wish: Wish| {
            let (by, sender, comment) = ("ann".to_owned(), String::new(), String::new());
            let at = rebuilt.execution.created_at;
            let signal = Signal { wish, by, sender, comment, at };
            let event = Event::Signalled { signal, number: Some(1), refused: None };
            machine::apply(&graph, state.clone(), at, &event).map(|(state, _)| state.status())
        };
        let retry = |wave: &str| Wish::Retry { wave: wave.to_owned(), mend: None };
        assert_eq!(told(retry("db")), Err(Refusal::Adopted));
        assert_eq!(told(Wish::Skip { wave: "web".to_owned() }), Err(Refusal::Adopted));
        assert_eq!(told(Wish::Note), Ok(ExecutionStatus::Cancelled));
    }

    #[test]
    fn a_cleanup_finds_every_job_in_its_journal_also_one_that_is_gone() {
        let rebuilt = rebuilt(&[
            launch("drsjob-1", Some("db"), None),
            launch("drsjob-2", Some("db"), Timestamp::from_second(1_700_000_000).ok()),
        ]);
        let launched = Launched::by_region(&rebuilt.entries, "us-west-2");
        assert_eq!(launched.len(), 1);
        assert_eq!(launched[0].named(), ["drsjob-1", "drsjob-2"]);
        let lanes = rebuilt.entries.iter().filter_map(|entry| match &entry.body {
            Body::Intent { step, .. } => Some((step.lane.as_str(), step.position)),
            _ => None,
        });
        assert_eq!(lanes.collect::<Vec<_>>(), [("db#0", 1), ("db#0", 2)]);
    }

    #[test]
    fn what_is_found_later_comes_behind_and_is_found_by_a_cleanup_of_its_region() {
        let Rebuilt { execution, mut entries } = rebuilt(&[launch("drsjob-1", Some("db"), None)]);
        let elsewhere = Launch {
            region: "ap-south-1".to_owned(),
            ..launch("drsjob-3", Some("dr"), Timestamp::from_second(1_700_000_000).ok())
        };
        let found =
            [launch("drsjob-1", Some("db"), None), launch("drsjob-2", Some("db"), None), elsewhere];
        let found: Vec<&Launch> = found.iter().collect();
        let new = unknown::to(&execution, &entries, &found);
        let jobs: Vec<&str> = new.iter().map(|it| it.job_id.as_str()).collect();
        assert_eq!(jobs, ["drsjob-2", "drsjob-3"]);
        let (settings, regions) = (Settings::default(), vec!["ap-south-1".to_owned()]);
        let more = adopter(&settings).more(
            &execution,
            &entries,
            (&new, &regions),
            (&Traces::default(), 7),
        );
        entries.extend(more);
        let sequences: Vec<u64> = entries.iter().map(|entry| entry.sequence).collect();
        assert_eq!(sequences, (1..=entries.len() as u64).collect::<Vec<_>>());
        let launched = Launched::by_region(&entries, "us-west-2");
        let there: Vec<_> = launched.iter().map(|it| (it.region(), it.named().len())).collect();
        assert_eq!(there, [("us-west-2", 2), ("ap-south-1", 1)]);
        assert!(unknown::to(&execution, &entries, &found).is_empty());
        assert_eq!(
            crate::view::adopted::regions(&execution, &entries),
            ["us-west-2", "eu-west-1", "ap-south-1"]
        );
    }
}
