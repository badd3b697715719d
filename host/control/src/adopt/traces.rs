//! What executions have left behind: the jobs of DRS that bear their tags, and instances.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use moontide_aws::tags;
use moontide_runtime::effect::Key;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::look::Seen;
use crate::ids;

/// The tag by which DRS says on an instance which job made it.
const JOB: &str = "drs.amazonaws.com-job";
/// States in which an instance is gone, or going.
const GONE: [&str; 5] = ["SHUTTING-DOWN", "TERMINATED", "NOT_FOUND", "shutting-down", "terminated"];

/// An execution, as tags name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whose {
    /// Its id.
    pub id: String,
    /// What tells it from others of its id; empty if an early release began it.
    pub nonce: String,
}

impl Whose {
    /// Its id, and what tells it from others of that id.
    pub fn exactly(&self) -> String {
        format!("{}@{}", self.id, self.nonce)
    }
}

/// A launch of an execution.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The execution.
    pub whose: Whose,
    /// Where it launched.
    pub region: String,
    /// The wave; `None`: no tag says it.
    pub wave: Option<String>,
    /// The effect's key; `None`: no tag says it.
    pub key: Option<Key>,
    /// Whether it is one of a drill.
    pub is_drill: bool,
    /// The id of its job.
    pub job_id: String,
    /// When AWS created the job; `None`: the job is gone from DRS.
    pub at: Option<Timestamp>,
    /// The job as DRS shows it; what is known of it, if it is gone.
    pub job: Value,
    /// What it was to launch.
    pub servers: Vec<Server>,
}

/// A server's part in a launch.
#[derive(Clone, Debug)]
pub struct Server {
    /// The source server's id.
    pub id: String,
    /// `LAUNCHED`, `FAILED`, …
    pub status: String,
    /// The instance's id, if there was one.
    pub instance: Option<String>,
}

/// What cannot be adopted, and why.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Left {
    /// The job or the instance.
    pub id: String,
    /// Where it is.
    pub region: String,
    /// Why it cannot.
    pub reason: String,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Traces {
    /// The launches of executions.
    pub launches: Vec<Launch>,
    /// What cannot be adopted.
    pub left: Vec<Left>,
    /// The recovery instances that are neither gone nor going.
    pub there: BTreeSet<String>,
    /// How people call source servers, by id.
    pub names: BTreeMap<String, String>,
}

impl Traces {
    /// Adds what there is in a Region.
    pub fn add(&mut self, region: &str, seen: &Seen) {
        let shown: BTreeSet<&str> = seen.jobs.iter().map(|job| text(job, "job_id")).collect();
        for job in &seen.jobs {
            self.add_job(region, job);
        }
        let mut told = BTreeSet::new();
        for instance in &seen.tagged {
            let job = text(&instance["tags"], JOB);
            if !shown.contains(job) && !GONE.contains(&text(instance, "state")) {
                told.insert(text(instance, "instance_id"));
                self.add_tagged(region, instance, &seen.recovered);
            }
        }
        for instance in &seen.recovered {
            let (id, job) = (text(instance, "recovery_instance_id"), text(instance, "job_id"));
            if let Some(name) = instance["tags"]["Name"].as_str() {
                self.names.insert(text(instance, "source_server_id").to_owned(), name.to_owned());
            }
            if GONE.contains(&text(instance, "ec2_instance_state")) {
                continue;
            }
            self.there.insert(id.to_owned());
            let is_hidden = !job.is_empty() && !shown.contains(job) && !told.contains(id);
            if is_hidden && instance["is_drill"] == true {
                let reason = format!(
                    "a drill launched it by {job}, which is gone from DRS: no tag says which one"
                );
                self.leave(region, id, reason);
            }
        }
    }

    fn add_job(&mut self, region: &str, job: &Value) {
        let bears = &job["tags"];
        if !bears[tags::EXECUTION].is_string() {
            return;
        }
        let Some(whose) = Whose::read(bears) else {
            let reason = format!("its tag `{}` names no execution", tags::EXECUTION);
            return self.leave(region, text(job, "job_id"), reason);
        };
        let servers = job["participating_servers"].as_array().into_iter().flatten();
        let server = |server: &Value| Server {
            id: text(server, "source_server_id").to_owned(),
            status: text(server, "launch_status").to_owned(),
            instance: server["recovery_instance_id"].as_str().map(str::to_owned),
        };
        self.launches.push(Launch {
            whose,
            region: region.to_owned(),
            wave: wave(bears),
            key: key(bears),
            is_drill: text(job, "initiated_by") == "START_DRILL",
            job_id: text(job, "job_id").to_owned(),
            at: text(job, "creation_date_time").parse().ok(),
            job: job.clone(),
            servers: servers.map(server).collect(),
        });
    }

    /// An instance whose job is gone, and which bears the tags itself.
    fn add_tagged(&mut self, region: &str, instance: &Value, recovered: &[Value]) {
        let (id, bears) = (text(instance, "instance_id"), &instance["tags"]);
        let Some(whose) = Whose::read(bears) else {
            let reason = format!("its tag `{}` names no execution", tags::EXECUTION);
            return self.leave(region, id, reason);
        };
        let of_drs = recovered.iter().find(|it| text(it, "recovery_instance_id") == id);
        let Some(of_drs) = of_drs.filter(|it| it["is_drill"].is_boolean()) else {
            let reason = format!(
                "it bears the tag of `{}`, and DRS does not say whether a drill made it: look at it in EC2",
                whose.id
            );
            return self.leave(region, id, reason);
        };
        let job_id =
            [text(of_drs, "job_id"), text(bears, JOB)].into_iter().find(|it| !it.is_empty());
        let Some(job_id) = job_id else {
            // A cleanup goes by jobs: without one it would find nothing, and be done.
            let reason = format!(
                "it bears the tag of `{}`, and neither DRS nor a tag says which job launched it: look at it in DRS",
                whose.id
            );
            return self.leave(region, id, reason);
        };
        let server = text(of_drs, "source_server_id");
        let server = Server {
            id: server.to_owned(),
            status: "LAUNCHED".to_owned(),
            instance: Some(id.to_owned()),
        };
        let same = |it: &&mut Launch| it.whose == whose && it.job_id == job_id;
        if let Some(launch) = self.launches.iter_mut().find(same) {
            launch.servers.push(server);
            return;
        }
        self.launches.push(Launch {
            whose,
            region: region.to_owned(),
            wave: wave(bears),
            key: key(bears),
            is_drill: of_drs["is_drill"] == true,
            job_id: job_id.to_owned(),
            at: None,
            job: json!({ "job_id": job_id }),
            servers: vec![server],
        });
    }

    fn leave(&mut self, region: &str, id: &str, reason: String) {
        self.left.push(Left { id: id.to_owned(), region: region.to_owned(), reason });
    }

    /// The launches of each execution, the oldest first.
    pub fn executions(&self) -> BTreeMap<Whose, Vec<&Launch>> {
        let mut executions: BTreeMap<Whose, Vec<&Launch>> = BTreeMap::new();
        for launch in &self.launches {
            executions.entry(launch.whose.clone()).or_default().push(launch);
        }
        for launches in executions.values_mut() {
            launches.sort_by_key(|launch| launch.at);
        }
        executions
    }
}

impl Whose {
    /// A tag is soon copied; what cannot be an execution's id is none.
    fn read(bears: &Value) -> Option<Whose> {
        let (id, nonce) = (text(bears, tags::EXECUTION), text(bears, tags::NONCE));
        ids::check(id).ok()?;
        Some(Whose { id: id.to_owned(), nonce: nonce.to_owned() })
    }
}

fn wave(bears: &Value) -> Option<String> {
    bears[tags::WAVE].as_str().filter(|it| !it.is_empty()).map(str::to_owned)
}

fn key(bears: &Value) -> Option<Key> {
    serde_json::from_value(bears[tags::KEY].clone()).ok()
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn job(id: &str, bears: &Value) -> Value {
        json!({
            "job_id": id, "initiated_by": "START_DRILL", "tags": bears, "status": "COMPLETED",
            "creation_date_time": "2026-11-20T08:00:00Z",
            "participating_servers": [
                { "source_server_id": "s-1", "launch_status": "LAUNCHED", "recovery_instance_id": "i-1" },
            ],
        })
    }

    fn recovered(id: &str, job: &str, is_drill: bool) -> Value {
        json!({
            "recovery_instance_id": id, "job_id": job, "is_drill": is_drill,
            "source_server_id": "s-9", "ec2_instance_state": "RUNNING", "tags": { "Name": "db" },
        })
    }

    fn tagged(id: &str, job: &str) -> Value {
        let tags = json!({ "moontide:execution": "a", JOB: job });
        json!({ "instance_id": id, "state": "running", "tags": tags })
    }

    fn traces(jobs: Vec<Value>, recovered: Vec<Value>, tagged: Vec<Value>) -> Traces {
        let mut traces = Traces::default();
        traces.add("us-west-2", &Seen { jobs, recovered, tagged });
        traces
    }

    #[test]
    fn a_job_is_of_the_execution_that_its_tags_name_and_others_are_of_none() {
        let ours = json!({
            "moontide:execution": "a", "moontide:nonce": "n", "moontide:wave": "db", "moontide:key": KEY,
        });
        let jobs = vec![
            job("drsjob-1", &ours),
            job("drsjob-2", &json!({ "App": "shop" })),
            job("drsjob-3", &json!({ "moontide:execution": "../a" })),
        ];
        let traces = traces(jobs, Vec::new(), Vec::new());
        let [launch] = traces.launches.as_slice() else { panic!("{traces:?}") };
        assert_eq!((launch.whose.id.as_str(), launch.whose.nonce.as_str()), ("a", "n"));
        assert_eq!(launch.key.as_ref().map(Key::as_str), Some(KEY));
        assert!(launch.is_drill && launch.at.is_some());
        assert_eq!(traces.left.len(), 1);
        assert_eq!(traces.left[0].id, "drsjob-3");
    }

    #[test]
    fn what_no_tag_says_is_not_made_up() {
        let bears = json!({ "moontide:execution": "a", "moontide:key": "none" });
        let traces = traces(vec![job("drsjob-1", &bears)], Vec::new(), Vec::new());
        assert!(traces.launches[0].wave.is_none() && traces.launches[0].key.is_none());
    }

    #[test]
    fn an_instance_whose_job_is_gone_is_adopted_by_its_own_tag() {
        let there = vec![recovered("i-1", "drsjob-9", true)];
        let traces = traces(Vec::new(), there, vec![tagged("i-1", "drsjob-9")]);
        let [launch] = traces.launches.as_slice() else { panic!("{traces:?}") };
        assert_eq!((launch.job_id.as_str(), launch.at), ("drsjob-9", None));
        assert_eq!(launch.servers[0].instance.as_deref(), Some("i-1"));
        assert_eq!(traces.left, []);
    }

    #[test]
    fn an_instance_whose_job_neither_drs_nor_a_tag_names_is_told_and_left() {
        let there = vec![recovered("i-1", "", true), recovered("i-2", "", true)];
        let bare = json!({ "instance_id": "i-1", "state": "running", "tags": { "moontide:execution": "a" } });
        let traces = traces(Vec::new(), there, vec![bare, tagged("i-2", "drsjob-9")]);
        let [launch] = traces.launches.as_slice() else { panic!("{traces:?}") };
        assert_eq!((launch.job_id.as_str(), launch.servers.len()), ("drsjob-9", 1));
        let left: Vec<&str> = traces.left.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(left, ["i-1"]);
    }

    #[test]
    fn an_instance_of_which_no_tag_tells_is_told_and_left() {
        let there = vec![recovered("i-1", "drsjob-9", true), recovered("i-2", "drsjob-9", false)];
        let traces = traces(Vec::new(), there, vec![tagged("i-3", "drsjob-8")]);
        assert!(traces.launches.is_empty());
        let left: Vec<&str> = traces.left.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(left, ["i-3", "i-1"]);
    }
}
