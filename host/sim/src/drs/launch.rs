//! Starting a launch job: everything it will do is decided here.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::job::{Job, JobKind, LaunchRequest, LaunchStatus, LogItem, Participant};
use super::recorded::{JOBS, RecordedJob};
use super::state::{Drs, next_job_visible};
use super::terminate_job::refusal;
use super::timeline::{self, Conditions, Course, Data};
use super::{recovery_points, replication};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::instance::{Ending, Instance};
use crate::scenario::Replication;

pub(crate) const FACTS: &[Fact] = &[
    Fact::observed(
        "drs.instance.system-tags",
        "DRS marks the EC2 instance with its job, its source server and itself: \
         drs.amazonaws.com-job, drs.amazonaws.com-source-server, \
         AWSElasticDisasterRecoverySourceServerID, AWSElasticDisasterRecoveryManaged.",
        source::DRILL_REPORT,
    ),
    Fact::assumed(
        "drs.instance.copied-tags",
        "The EC2 instance and the recovery instance carry the source server's tags; without a tag Name among them it \
         is the server's hostname.",
        "copyTags is on in the launch configuration",
    ),
];

impl Drs {
    /// Creates a launch job at `at`. All checks are behind us.
    pub(crate) fn launch(
        &mut self,
        estate: &mut Estate,
        at: Timestamp,
        requests: &[LaunchRequest],
        is_drill: bool,
        tags: BTreeMap<String, String>,
    ) -> &Job {
        let id = estate.seed.id("drsjob-", &self.jobs.len().to_string());
        let recorded = &JOBS[self.launches % JOBS.len()];
        let starts = at + SignedDuration::from_millis(recorded.start);
        let mut log = vec![LogItem::of_job(starts, "JOB_START")];
        let mut participants = Vec::new();

        for (position, request) in requests.iter().enumerate() {
            let (course, data_time) = decide(estate, at, request, &id, recorded, position);
            delete_previous(estate, request.server, at, &course);
            let launch = Launch { job_id: &id, at, server: request.server, is_drill, data_time };
            let instance = launch.instance(self, estate, &course);
            let instance_id = instance.as_ref().map(|instance| instance.id.clone());
            estate.instances.extend(instance);
            log.extend(launch.log(estate, &course, instance_id.as_deref()));
            participants.push(Participant {
                server: request.server,
                ends: at + course.ends,
                outcome: match instance_id {
                    Some(_) => LaunchStatus::Launched,
                    None => LaunchStatus::Failed,
                },
                instance_id,
            });
            self.servers[request.server].last_launch = Some(self.jobs.len());
        }

        log.sort_by_key(|item| item.at);
        let last = participants.iter().map(|participant| participant.ends).max().unwrap_or(starts);
        let ends = last + SignedDuration::from_millis(recorded.tail);
        log.push(LogItem::of_job(ends, "JOB_END"));
        let visible = next_job_visible(estate, at);
        if at >= estate.start {
            self.launches += 1;
        }
        self.jobs.push(Job {
            id,
            kind: JobKind::of_launch(is_drill),
            created: at,
            starts,
            ends,
            visible,
            participants,
            tags,
            log,
        });
        &self.jobs[self.jobs.len() - 1]
    }
}

/// A server's way through the job, and the moment of the data that it will have.
fn decide(
    estate: &Estate,
    at: Timestamp,
    request: &LaunchRequest,
    job_id: &str,
    recorded: &RecordedJob,
    position: usize,
) -> (Course, Timestamp) {
    let replication = replication::state(estate, request.server, at);
    let server = &estate.scenario.servers[request.server];
    estate.faults.meet_source_outages(server, estate.elapsed(at), true);
    let newest = recovery_points::newest(estate, request.server, at);
    let (data, data_time) = match (request.recovery_point, newest) {
        (Some(chosen), _) => (Data::Chosen, chosen),
        (None, Some(_)) if replication == Replication::Continuous => (Data::Fresh, at - server.lag),
        (None, Some(newest)) => (Data::Previous, newest),
        (None, None) => (Data::Missing, at),
    };
    let stands = |instance: &&Instance| instance.server == request.server && instance.is_live(at);
    let previous = estate.instances.iter().find(stands);
    let jitter =
        estate.seed.jitter(estate.scenario.timing.jitter, &format!("{job_id}/{}", server.id));
    let conditions = Conditions {
        recorded: &recorded.servers[position % recorded.servers.len()],
        job_start: recorded.start,
        pace: server.slowness * jitter,
        cleanup: previous.map(|_| estate.scenario.timing.cleanup),
        refusal: previous.filter(|_| server.termination_protection).map(|it| refusal(&it.id)),
        data,
        failure: estate.faults.next_launch_failure(&server.name, at.duration_since(estate.start)),
    };
    (timeline::course(&conditions), data_time)
}

/// Whatever instance the server had goes first, and DRS forgets it.
fn delete_previous(estate: &mut Estate, server: usize, at: Timestamp, course: &Course) {
    for instance in estate.instances.iter_mut().filter(|instance| instance.server == server) {
        match course.cleanup {
            Some((shuts_down, terminated)) => instance.end(Ending {
                shuts_down: at + shuts_down,
                terminated: at + terminated,
                by_drs: true,
            }),
            None => instance.forget(),
        }
    }
}

/// One server's launch, as far as its instance and its log lines need to know.
struct Launch<'a> {
    job_id: &'a str,
    at: Timestamp,
    server: usize,
    is_drill: bool,
    data_time: Timestamp,
}

impl Launch<'_> {
    /// The instance that the launch will bring, if it brings one.
    fn instance(&self, drs: &Drs, estate: &Estate, course: &Course) -> Option<Instance> {
        let appears = self.at + course.appears?;
        let server = estate.server(self.server);
        let number = estate.instances.len();
        let mut tags = drs.servers[self.server].tags.clone();
        tags.entry("Name".to_owned()).or_insert_with(|| server.name.clone());
        let drs_tags = tags.clone();
        for (key, value) in [
            ("AWSElasticDisasterRecoveryManaged", "drs.amazonaws.com"),
            ("AWSElasticDisasterRecoverySourceServerID", &server.id),
            ("drs.amazonaws.com-job", self.job_id),
            ("drs.amazonaws.com-source-server", &server.id),
        ] {
            tags.insert(key.to_owned(), value.to_owned());
        }
        Some(Instance {
            id: estate.seed.id("i-", &format!("{}/{}", self.job_id, server.id)),
            server: self.server,
            job_id: self.job_id.to_owned(),
            is_drill: self.is_drill,
            point_in_time: self.data_time,
            appears,
            runs: appears + estate.scenario.timing.boot,
            reboots: Vec::new(),
            listed: self.at + course.ends,
            ending: None,
            disconnected: false,
            private_ip: format!("10.0.{}.{}", number / 200 % 200 + 1, number % 200 + 10),
            tags,
            drs_tags,
        })
    }

    /// The launch's lines in the job log.
    fn log(&self, estate: &Estate, course: &Course, instance_id: Option<&str>) -> Vec<LogItem> {
        let server = &estate.server(self.server).id;
        let conversion = estate.seed.id("i-", &format!("conversion/{}/{server}", self.job_id));
        course
            .events
            .iter()
            .map(|step| LogItem {
                at: self.at + step.after,
                event: step.event,
                server: Some(self.server),
                conversion_server: step.event.starts_with("CONVERSION").then(|| conversion.clone()),
                target_instance: instance_id
                    .filter(|_| step.event == "LAUNCH_END")
                    .map(str::to_owned),
                raw_error: step.raw_error.clone(),
            })
            .collect()
    }
}
