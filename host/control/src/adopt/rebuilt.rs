//! The head and the journal of an execution that is adopted: what its tags say, and that it is over.
//!
//! The launches come first, as intents whose jobs were found; then the execution is begun, noted to be adopted, and
//! cancelled, with the verdicts that DRS gives. Its waves and its lanes are those that tags name. No tag names an
//! attempt: lanes say attempt 0.

use std::collections::BTreeMap;

use jiff::Timestamp;
use moontide_runtime::journal::execution::{ADOPTED, Simulator};
use moontide_runtime::journal::{Bundle, Entry, Execution, Format};
use moontide_runtime::plan::{Mode, Outside, Plan, Wave};
use moontide_runtime::sandbox::luau_version;
use moontide_runtime::scheduler::Event;
use moontide_runtime::store::{Signal, SignalKind};

use super::journal::{Journal, Places};
use super::traces::{Launch, Traces, Whose};
use crate::settings::Settings;
use crate::whoami::Person;
use crate::words;

/// What stands for a name that no tag says.
pub(super) const UNKNOWN: &str = "unknown";

/// The operator who adopts, the time, and the reason.
pub struct Adopter<'s> {
    /// The operator who adopts, as AWS knows them.
    pub created_by: String,
    /// The AWS account.
    pub account: Option<String>,
    /// The operator who adopts, as signals name them.
    pub person: Person,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// The simulator, if it is not AWS.
    pub simulator: Option<Simulator>,
    /// Where launches were looked for, in the order in which they are the execution's.
    pub regions: Vec<String>,
    /// What the operator has decided.
    pub settings: &'s Settings,
}

/// An execution as it is written into the store.
pub struct Rebuilt {
    /// Its head.
    pub execution: Execution,
    /// Its journal.
    pub entries: Vec<Entry>,
}

impl Adopter<'_> {
    /// Rebuilds the execution of these launches, of which there is one at least, in the order of their time.
    pub fn rebuild(&self, launches: &[&Launch], traces: &Traces) -> Rebuilt {
        let waves = waves(launches);
        let execution = self.head(launches, &waves);
        let mut journal = Journal { at: self.at, epoch: 1, behind: 0, entries: Vec::new() };
        journal.found(&execution, (launches, &self.regions), Places::default());
        journal.event(Event::Started);
        for wish in [SignalKind::Note, SignalKind::Cancel { seen: 0 }] {
            let comment = match wish {
                SignalKind::Note => self.note(launches),
                _ => "adopted: nothing goes on from here".to_owned(),
            };
            journal.signalled(self.signal(wish, comment));
        }
        journal.ended(waves, launches, traces);
        Rebuilt { execution, entries: journal.entries }
    }

    /// What was found since it was adopted, behind the entries that it has: these launches, and that these Regions
    /// were looked in.
    pub fn more(
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
        journal.signalled(self.signal(SignalKind::Note, comment));
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
            mandate: None,
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

    fn signal(&self, wish: SignalKind, comment: String) -> Signal {
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

/// The name of its wave.
pub(super) fn name(launch: &Launch) -> String {
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

#[cfg(test)]
mod tests {
    use moontide_runtime::journal::Body;
    use moontide_runtime::scheduler::{ExecutionStatus, Graph, Refusal, machine};
    use serde_json::json;

    use super::super::traces::Server;
    use super::super::unknown;
    use super::*;
    use crate::cleanup::launched::Launched;

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
        let told = |wish: SignalKind| {
            let (by, sender, comment) = ("ann".to_owned(), String::new(), String::new());
            let at = rebuilt.execution.created_at;
            let signal = Signal { wish, by, sender, comment, at };
            let event = Event::Signalled { signal, number: Some(1), refused: None };
            machine::apply(&graph, state.clone(), at, &event).map(|(state, _)| state.status())
        };
        let retry = |wave: &str| SignalKind::Retry { wave: wave.to_owned(), mend: None };
        assert_eq!(told(retry("db")), Err(Refusal::Adopted));
        assert_eq!(told(SignalKind::Skip { wave: "web".to_owned() }), Err(Refusal::Adopted));
        assert_eq!(told(SignalKind::Note), Ok(ExecutionStatus::Cancelled));
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
