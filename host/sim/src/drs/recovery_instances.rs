//! `DescribeRecoveryInstances` and `DisconnectRecoveryInstance`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::Error;
use super::input;
use super::paging::Paging;
use super::reply;
use super::state::{Drs, arn};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::instance::Instance;
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "drs.recovery-instance.id",
        "A recovery instance's id is the id of its EC2 instance.",
        source::DRS_GUIDE,
    ),
    Fact::documented(
        "drs.recovery-instance.origin",
        "A recovery instance carries its jobID, isDrill, and the moment of its data in \
         pointInTimeSnapshotDateTime.",
        source::DRS_MODEL,
    ),
    Fact::documented(
        "drs.recovery-instance.disconnected",
        "A disconnected recovery instance stays listed, with replication state DISCONNECTED.",
        source::DRS_MODEL,
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
    #[serde(rename = "recoveryInstanceIDs")]
    recovery_instance_ids: Option<Vec<String>>,
    #[serde(rename = "sourceServerIDs")]
    source_server_ids: Option<Vec<String>>,
}

pub(super) fn describe(estate: &Estate, now: Timestamp, body: &str) -> Result<Reply, Error> {
    let Input { filters, paging } = input::parse(body)?;
    let ids = filters.recovery_instance_ids.unwrap_or_default();
    input::check_size("filters.recoveryInstanceIDs", &ids, 0, 200)?;
    for id in &ids {
        input::check_instance_id("filters.recoveryInstanceIDs", id)?;
    }
    let servers = filters.source_server_ids.unwrap_or_default();
    for id in &servers {
        input::check_id("filters.sourceServerIDs", id, "s-")?;
    }

    let found: Vec<&Instance> = estate
        .instances
        .iter()
        .filter(|instance| instance.is_listed(now))
        .filter(|instance| ids.is_empty() || ids.contains(&instance.id))
        .filter(|instance| {
            servers.is_empty() || servers.contains(&estate.server(instance.server).id)
        })
        .collect();
    let (page, next_token) =
        paging.cut(found, |instance| instance.id.clone(), estate.scenario.page_size)?;
    let items: Vec<Value> = page.iter().map(|instance| view(estate, instance, now)).collect();
    let about = format!("{} recovery instances", items.len());
    Ok(reply::page(&items, next_token).about(about))
}

#[derive(Deserialize)]
struct DisconnectInput {
    #[serde(rename = "recoveryInstanceID")]
    recovery_instance_id: Option<String>,
}

pub(super) fn disconnect(
    drs: &Drs,
    estate: &mut Estate,
    now: Timestamp,
    body: &str,
) -> Result<Reply, Error> {
    let DisconnectInput { recovery_instance_id } = input::parse(body)?;
    let id = input::required(recovery_instance_id, "recoveryInstanceID")?;
    input::check_instance_id("recoveryInstanceID", &id)?;
    let index = estate
        .find_recovery_instance(&id, now)
        .ok_or_else(|| Error::not_found("RecoveryInstance", &id))?;
    let server = estate.instances[index].server;
    if let Some(job) = drs.active_job(server, now) {
        let message = format!("Recovery instance {id} is in the active job {}", job.id);
        return Err(Error::conflict("RecoveryInstance", &id, message));
    }
    estate.instances[index].disconnected = true;
    Ok(reply::reply(200, &json!({})).about(id))
}

/// A recovery instance as DRS shows it.
fn view(estate: &Estate, instance: &Instance, now: Timestamp) -> Value {
    let server = estate.server(instance.server);
    let state = instance
        .state(now)
        .map_or_else(|| "NOT_FOUND".to_owned(), |state| state.name().to_uppercase());
    let replication = if instance.disconnected { "DISCONNECTED" } else { "NOT_STARTED" };
    json!({
        "recoveryInstanceID": instance.id,
        "ec2InstanceID": instance.id,
        "ec2InstanceState": state,
        "jobID": instance.job_id,
        "sourceServerID": server.id,
        "arn": arn(estate, "recovery-instance", &instance.id),
        "tags": instance.drs_tags,
        "isDrill": instance.is_drill,
        "pointInTimeSnapshotDateTime": instance.point_in_time,
        "originEnvironment": if server.source.is_some() { "AWS" } else { "ON_PREMISES" },
        "failback": { "state": "FAILBACK_NOT_STARTED" },
        "dataReplicationInfo": { "dataReplicationState": replication },
        "recoveryInstanceProperties": {
            "lastUpdatedDateTime": instance.listed,
            "identificationHints": { "hostname": server.name, "awsInstanceID": instance.id },
            "networkInterfaces": [{ "ips": [instance.private_ip], "isPrimary": true }],
        },
        "agentVersion": "5.5.0",
    })
}
