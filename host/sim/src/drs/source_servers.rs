//! `DescribeSourceServers`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::Error;
use super::input;
use super::job::{Job, JobKind, LaunchStatus};
use super::paging::Paging;
use super::replication;
use super::reply;
use super::state::{Drs, arn};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::platform::Platform;
use crate::scenario::Replication;
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "drs.source-server.last-launch",
        "A source server names the job that last launched it in lifeCycle.lastLaunch.initiated, \
         and how that went in lastLaunchResult.",
        source::DRS_MODEL,
    ),
    Fact::assumed(
        "drs.source-server.last-launch.at-once",
        "It does so from the moment of the call, even while DescribeJobs does not show the job.",
        "gives a caller after a crash a second way to find its job; DRS may be slower",
    ),
    Fact::documented(
        "drs.source-server.origin",
        "A source server that is an EC2 instance names its account, Region and Availability Zone in \
         sourceCloudProperties, and the originEnvironment of its recovery instance is AWS; of any other it is \
         ON_PREMISES.",
        source::DRS_MODEL,
    ),
    Fact::assumed(
        "drs.source-server.origin.account",
        "A source server runs in the account that recovers it, and in the Availability Zone `a` of its Region.",
        "worlds have one account, and nothing here depends on the zone",
    ),
    Fact::assumed(
        "drs.source-server.origin.none",
        "A source server in a data centre has no sourceCloudProperties.",
        "every member of it is about EC2; whether DRS leaves it out or empty is not documented",
    ),
    Fact::assumed(
        "drs.source-servers.unknown-ids",
        "Unknown ids in a filter are not an error; they match nothing.",
        "the operation's model lists no ResourceNotFoundException",
    ),
];

#[derive(Deserialize)]
struct Input {
    #[serde(default)]
    filters: Filters,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
struct Filters {
    #[serde(rename = "sourceServerIDs")]
    source_server_ids: Option<Vec<String>>,
    #[serde(rename = "hardwareId")]
    hardware_id: Option<String>,
    #[serde(rename = "stagingAccountIDs")]
    staging_account_ids: Option<Vec<String>>,
}

pub(super) fn describe(
    drs: &Drs,
    estate: &Estate,
    now: Timestamp,
    body: &str,
) -> Result<Reply, Error> {
    let Input { filters, paging } = input::parse(body)?;
    let ids = filters.source_server_ids.unwrap_or_default();
    input::check_size("filters.sourceServerIDs", &ids, 0, 200)?;
    for id in &ids {
        input::check_id("filters.sourceServerIDs", id, "s-")?;
    }
    let accounts = filters.staging_account_ids.unwrap_or_default();
    input::check_size("filters.stagingAccountIDs", &accounts, 0, 200)?;

    let found: Vec<usize> = (0..drs.servers.len())
        .filter(|server| ids.is_empty() || ids.contains(&estate.server(*server).id))
        .filter(|_| accounts.is_empty() || accounts.contains(&estate.scenario.account))
        .filter(|_| filters.hardware_id.is_none())
        .collect();
    let (page, next_token) =
        paging.cut(found, |server| estate.server(*server).id.clone(), estate.scenario.page_size)?;
    let items: Vec<Value> = page.iter().map(|server| view(drs, estate, *server, now)).collect();
    let about = format!("{} servers", items.len());
    Ok(reply::page(&items, next_token).about(about))
}

/// A source server as DRS shows it.
fn view(drs: &Drs, estate: &Estate, index: usize, now: Timestamp) -> Value {
    let server = estate.server(index);
    estate.faults.meet_source_outages(server, estate.elapsed(now), false);
    let last_launch = drs.servers[index].last_launch.map(|job| &drs.jobs[job]);
    let mut view = json!({
        "sourceServerID": server.id,
        "arn": arn(estate, "source-server", &server.id),
        "tags": drs.servers[index].tags,
        "lastLaunchResult": last_launch_result(last_launch, index, now),
        "dataReplicationInfo": replication_info(estate, index, now),
        "lifeCycle": life_cycle(estate, last_launch, index, now),
        "sourceProperties": properties(estate, index, now),
        "stagingArea": { "status": "NOT_EXTENDED", "stagingAccountID": estate.scenario.account },
        "replicationDirection": "FAILOVER",
        "agentVersion": "5.5.0",
    });
    if let Some(region) = &server.source {
        view["sourceCloudProperties"] = json!({
            "originAccountID": estate.scenario.account,
            "originRegion": region,
            "originAvailabilityZone": format!("{region}a"),
        });
    }
    if let Some(instance) = estate.recovery_instance(index, now) {
        view["recoveryInstanceId"] = instance.id.clone().into();
    }
    view
}

fn launch_status(job: &Job, server: usize, now: Timestamp) -> LaunchStatus {
    job.participant(server)
        .map_or(LaunchStatus::Pending, |participant| job.launch_status(participant, now))
}

fn last_launch_result(job: Option<&Job>, server: usize, now: Timestamp) -> &'static str {
    match job.map(|job| launch_status(job, server, now)) {
        None => "NOT_STARTED",
        Some(LaunchStatus::Pending | LaunchStatus::InProgress) => "PENDING",
        Some(LaunchStatus::Failed) => "FAILED",
        Some(LaunchStatus::Launched | LaunchStatus::Terminated) => "SUCCEEDED",
    }
}

fn life_cycle(estate: &Estate, job: Option<&Job>, server: usize, now: Timestamp) -> Value {
    let a_month = jiff::SignedDuration::from_hours(30 * 24);
    let added = estate.start - a_month;
    let mut view = json!({
        "addedToServiceDateTime": added,
        "firstByteDateTime": added,
        "elapsedReplicationDuration": reply::iso_duration(now.duration_since(added)),
        "lastSeenByServiceDateTime": replication::last_seen(estate, server, now),
    });
    if let Some(job) = job {
        view["lastLaunch"] = json!({
            "initiated": {
                "apiCallDateTime": job.created,
                "jobID": job.id,
                "type": if job.kind == JobKind::Drill { "DRILL" } else { "RECOVERY" },
            },
            "status": launch_status(job, server, now).name(),
        });
    }
    view
}

const DISK_BYTES: u64 = 8 << 30;

fn replication_info(estate: &Estate, server: usize, now: Timestamp) -> Value {
    let state = replication::state(estate, server, now);
    let mut view = json!({
        "lagDuration": reply::iso_duration(replication::lag(estate, server, now)),
        "dataReplicationState": state,
        "replicatedDisks": [{
            "deviceName": "/dev/xvda",
            "totalStorageBytes": DISK_BYTES,
            "replicatedStorageBytes": DISK_BYTES,
            "rescannedStorageBytes": 0,
            "backloggedStorageBytes": 0,
        }],
    });
    if matches!(state, Replication::Stalled | Replication::Disconnected) {
        view["dataReplicationError"] = json!({ "error": "AGENT_NOT_SEEN" });
    }
    view
}

fn properties(estate: &Estate, server: usize, now: Timestamp) -> Value {
    let facts = estate.server(server);
    json!({
        "lastUpdatedDateTime": now,
        "recommendedInstanceType": "t3.small",
        "identificationHints": { "hostname": facts.name, "fqdn": facts.name },
        "networkInterfaces": [],
        "disks": [{ "deviceName": "/dev/xvda", "bytes": DISK_BYTES }],
        "cpus": [{ "cores": 2, "modelName": "Intel(R) Xeon(R)" }],
        "ramBytes": 1u64 << 30,
        "os": { "fullString": match facts.platform {
            Platform::Linux => "Linux Amazon Linux 2",
            Platform::Windows => "Microsoft Windows Server 2022",
        }},
        "supportsNitroInstances": true,
        "architecture": "x86_64",
    })
}
