//! What a drill has launched, as far as its journal knows: the jobs that it names, and the launches of which
//! it does not say whether there is a job.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use moontide_runtime::effect::door::CANCELLED;
pub use moontide_runtime::effect::launches::LAUNCH;
use moontide_runtime::effect::{EffectError, Outcome};
use moontide_runtime::journal::{Body, Entry, Execution, Step};
use moontide_runtime::scheduler::{DID_NOT_HAPPEN, Event, doubt, unknown};
use moontide_runtime::store::Wish;
use serde_json::Value;

/// The params of a cleanup.
const JOBS: &str = "jobs";
const DOUBTFUL: &str = "doubtful";

/// What there is to clean up in one Region.
#[derive(Debug, Default, PartialEq)]
pub struct Launched {
    /// Where.
    region: String,
    /// The jobs that were started, each once, in order.
    jobs: Vec<String>,
    /// The launches that were about to be sent and did not end with a job.
    doubtful: Vec<Doubtful>,
}

/// A launch whose jobs are looked for: nobody saw its end, or only a person says what became of it, or it was
/// sent several times.
#[derive(Debug, PartialEq)]
struct Doubtful {
    /// The key that its job carries.
    key: String,
    /// When it was about to be sent the first time.
    since: Timestamp,
    /// What it was to launch.
    servers: Vec<String>,
}

impl Launched {
    /// What the journal of a drill says, for each Region in which there is something; the drill's first Region,
    /// which is `home`, comes first.
    pub fn by_region(entries: &[Entry], home: &str) -> Vec<Launched> {
        let mut regions = vec![home];
        for entry in entries {
            if let Body::Intent { step, .. } = &entry.body
                && step.operation == LAUNCH
                && !regions.contains(&region_of(step, home))
            {
                regions.push(region_of(step, home));
            }
        }
        let launched = regions.into_iter().map(|region| Launched::of(entries, home, region));
        launched.filter(|it| !it.is_nothing()).collect()
    }

    fn of(entries: &[Entry], home: &str, region: &str) -> Launched {
        let mut launched = Launched { region: region.to_owned(), ..Launched::default() };
        let said = said(entries);
        for entry in entries {
            match &entry.body {
                Body::Intent { step, attempt }
                    if step.operation == LAUNCH
                        && *attempt == 1
                        && region_of(step, home) == region =>
                {
                    launched.doubtful.push(Doubtful::of(step, entry.at));
                }
                Body::Outcome { step, attempt, outcome, adopted, .. }
                    if step.operation == LAUNCH =>
                {
                    let is_said = *adopted && said.contains(doubt(step, *attempt).as_str());
                    launched.end(step, *attempt, outcome, is_said);
                }
                _ => {}
            }
        }
        launched
    }

    /// Where it is.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The jobs that were certainly started.
    pub fn jobs(&self) -> &[String] {
        &self.jobs
    }

    /// A launch has ended. The job id is certain only if AWS answered our single call, or a look found it by its
    /// key, and so is a refusal; what a person said may be wrong.
    fn end(&mut self, step: &Step, attempt: u32, outcome: &Outcome, is_said: bool) {
        let Some(at) = self.doubtful.iter().position(|it| it.key == step.key.as_str()) else {
            return;
        };
        match outcome {
            Outcome::Failed { error } if certainly_not(attempt, error) => {
                self.doubtful.remove(at);
            }
            Outcome::Ok { value } if !is_said => {
                let Some(job) = value["job"]["job_id"].as_str() else { return };
                if attempt == 1 {
                    self.doubtful.remove(at);
                }
                if !self.jobs.iter().any(|known| known == job) {
                    self.jobs.push(job.to_owned());
                }
            }
            Outcome::Ok { .. } | Outcome::Failed { .. } | Outcome::Unknown { .. } => {}
        }
    }

    /// Whether nothing was ever about to be launched there.
    fn is_nothing(&self) -> bool {
        self.jobs.is_empty() && self.doubtful.is_empty()
    }

    /// The same as params of a cleanup.
    pub fn params(&self) -> [(String, String); 2] {
        let doubtful: Vec<String> = self.doubtful.iter().map(Doubtful::written).collect();
        [(JOBS.to_owned(), self.jobs.join(",")), (DOUBTFUL.to_owned(), doubtful.join(","))]
    }

    /// Whether a cleanup that was begun knows of all of it.
    pub fn is_known_to(&self, cleanup: &Execution) -> bool {
        let (jobs, doubtful) = (list(&cleanup.params, JOBS), list(&cleanup.params, DOUBTFUL));
        self.jobs.iter().all(|job| jobs.contains(&job.as_str()))
            && self.doubtful.iter().all(|it| doubtful.contains(&it.written().as_str()))
    }
}

/// The questions to which a person said that the effect happened.
fn said(entries: &[Entry]) -> BTreeSet<&str> {
    let signals = entries.iter().filter_map(|entry| match &entry.body {
        Body::Event { event: Event::Signalled { signal, refused: None, .. } } => Some(signal),
        _ => None,
    });
    let happened = signals.filter_map(|signal| match &signal.wish {
        Wish::Answer { prompt, choice, .. } if choice == unknown::HAPPENED => Some(prompt.as_str()),
        _ => None,
    });
    happened.collect()
}

/// Whether a launch that has failed has certainly launched nothing. A person may be wrong; of several calls an
/// earlier one may have launched something; and a cancel says nothing of what was sent before it.
pub fn certainly_not(attempt: u32, error: &EffectError) -> bool {
    attempt == 1 && ![DID_NOT_HAPPEN, CANCELLED].contains(&error.code.as_str())
}

impl Doubtful {
    fn of(step: &Step, at: Timestamp) -> Doubtful {
        let asked = step.arguments.as_ref().unwrap_or(&Value::Null);
        let servers = asked["source_servers"].as_array().into_iter().flatten();
        let id = |server: &Value| server["source_server_id"].as_str().map(str::to_owned);
        Doubtful {
            key: step.key.as_str().to_owned(),
            since: at,
            servers: servers.filter_map(id).collect(),
        }
    }

    /// `key since - server server…`; cleanups of earlier releases may have a Region for the `-`.
    fn written(&self) -> String {
        format!("{} {} - {}", self.key, self.since, self.servers.join(" "))
    }
}

/// Where a launch went.
fn region_of<'s>(step: &'s Step, home: &'s str) -> &'s str {
    let said = step.arguments.as_ref().and_then(|asked| asked["region"].as_str());
    said.unwrap_or(home)
}

/// A param that lists something. Cleanups of earlier releases do not have every one.
fn list<'p>(params: &'p BTreeMap<String, Value>, name: &str) -> Vec<&'p str> {
    params.get(name).and_then(Value::as_str).unwrap_or_default().split(',').collect()
}

#[cfg(test)]
mod tests {
    use moontide_runtime::effect::{Class, EffectError, Evidence, Key, Lane};
    use moontide_runtime::journal::canonical;
    use moontide_runtime::store::Signal;
    use serde_json::json;

    use super::*;

    fn entry(second: i64, body: Body) -> Entry {
        let at = Timestamp::from_second(second).unwrap();
        Entry { sequence: second.unsigned_abs(), epoch: 1, at, body }
    }

    fn step(position: u32) -> Step {
        let lane = Lane::of_wave("db", 1);
        let key = Key::of("drill", &lane, position);
        let asked = json!({ "source_servers": [{ "source_server_id": "s-1" }], "is_drill": true });
        let (operation, class) = (LAUNCH.to_owned(), Class::Tagged);
        let (hash, arguments) = (canonical::hash(&asked), Some(asked));
        Step { lane, position, operation, class, hash, key, site: String::new(), arguments }
    }

    fn intent(position: u32) -> Body {
        Body::Intent { step: step(position), attempt: 1 }
    }

    fn outcome(position: u32, outcome: Outcome) -> Body {
        let (step, request_id) = (Step { arguments: None, ..step(position) }, None);
        Body::Outcome { step, attempt: 1, outcome, request_id, adopted: false }
    }

    fn failed(code: &str) -> Outcome {
        Outcome::Failed { error: EffectError::new(code, "no") }
    }

    fn job(id: &str) -> Value {
        json!({ "job": { "job_id": id } })
    }

    #[test]
    fn only_a_launch_that_aws_has_answered_is_without_doubt() {
        let unknown = Outcome::Unknown { evidence: Evidence::new("the reply was lost") };
        let journal = [
            entry(1, intent(1)),
            entry(2, outcome(1, Outcome::Ok { value: job("drsjob-1") })),
            entry(3, intent(2)),
            entry(4, outcome(2, unknown)),
            entry(5, intent(3)),
            entry(6, outcome(3, Outcome::Ok { value: Value::Null })),
            entry(7, intent(4)),
            entry(8, Body::Intent { step: step(4), attempt: 2 }),
            entry(9, intent(5)),
            entry(10, outcome(5, failed("ConflictException"))),
            entry(11, intent(6)),
            entry(12, outcome(6, failed(DID_NOT_HAPPEN))),
        ];
        let launched = Launched::of(&journal, "us-west-2", "us-west-2");
        assert_eq!(launched.jobs, ["drsjob-1"]);
        let since: Vec<i64> = launched.doubtful.iter().map(|it| it.since.as_second()).collect();
        assert_eq!(since, [3, 5, 7, 11]);
        let key = step(2).key;
        assert_eq!(launched.doubtful[0].written(), format!("{key} 1970-01-01T00:00:03Z - s-1"));
    }

    #[test]
    fn a_job_that_a_person_names_is_looked_for_and_one_that_a_look_found_is_ours() {
        let adopted = Body::Outcome {
            step: step(1),
            attempt: 1,
            outcome: Outcome::Ok { value: job("drsjob-1") },
            request_id: None,
            adopted: true,
        };
        let wish = Wish::Answer {
            prompt: doubt(&step(1), 1),
            choice: unknown::HAPPENED.to_owned(),
            seal: String::new(),
            value: job("drsjob-1"),
        };
        let (by, sender, comment) = ("ann".to_owned(), String::new(), String::new());
        let signal = Signal { wish, by, sender, comment, at: Timestamp::UNIX_EPOCH };
        let event = Event::Signalled { signal, number: None, refused: None };
        let mut journal = vec![entry(1, intent(1)), entry(2, Body::Event { event })];
        journal.push(entry(3, adopted));
        let launched = Launched::of(&journal, "us-west-2", "us-west-2");
        assert_eq!((launched.jobs.len(), launched.doubtful.len()), (0, 1));
        journal.remove(1);
        let launched = Launched::of(&journal, "us-west-2", "us-west-2");
        assert_eq!((launched.jobs.len(), launched.doubtful.len()), (1, 0));
    }

    #[test]
    fn of_several_calls_an_earlier_one_may_have_launched_too() {
        let ended = Body::Outcome {
            step: step(1),
            attempt: 2,
            outcome: Outcome::Ok { value: job("drsjob-2") },
            request_id: None,
            adopted: false,
        };
        let launched =
            Launched::of(&[entry(1, intent(1)), entry(2, ended)], "us-west-2", "us-west-2");
        assert_eq!(launched.jobs, ["drsjob-2"]);
        assert_eq!(launched.doubtful.len(), 1);
    }

    #[test]
    fn what_was_launched_elsewhere_is_no_job_of_this_region() {
        let elsewhere = |home: &str| {
            let mut step = step(1);
            step.arguments = Some(json!({ "region": "eu-west-1", "source_servers": [] }));
            let begun = entry(1, Body::Intent { step, attempt: 1 });
            let ended = entry(2, outcome(1, Outcome::Ok { value: job("drsjob-1") }));
            let journal = [begun, ended, entry(3, intent(2))];
            let launched = Launched::by_region(&journal, home);
            let sizes =
                launched.iter().map(|it| (it.region.clone(), it.jobs.len(), it.doubtful.len()));
            sizes.collect::<Vec<_>>()
        };
        let (west, europe) = ("us-west-2".to_owned(), "eu-west-1".to_owned());
        assert_eq!(elsewhere("us-west-2"), [(west, 0, 1), (europe.clone(), 1, 0)]);
        assert_eq!(elsewhere("eu-west-1"), [(europe, 1, 1)]);
    }

    #[test]
    fn a_drill_that_sent_nothing_has_launched_nothing() {
        assert!(Launched::by_region(&[], "us-west-2").is_empty());
        assert_eq!(Launched::by_region(&[entry(1, intent(1))], "us-west-2").len(), 1);
    }
}
