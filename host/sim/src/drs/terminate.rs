//! `TerminateRecoveryInstances`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::error::Error;
use super::reply;
use super::state::Drs;
use super::{input, jobs};
use crate::estate::Estate;
use crate::wire::Reply;

#[derive(Deserialize)]
struct Input {
    #[serde(rename = "recoveryInstanceIDs")]
    recovery_instance_ids: Option<Vec<String>>,
}

/// It does not ask whether an instance was a drill; neither does DRS.
pub(super) fn terminate(
    drs: &mut Drs,
    estate: &mut Estate,
    now: Timestamp,
    body: &str,
) -> Result<Reply, Error> {
    let Input { recovery_instance_ids } = input::parse(body)?;
    let ids = input::required(recovery_instance_ids, "recoveryInstanceIDs")?;
    input::check_size("recoveryInstanceIDs", &ids, 1, 200)?;
    let mut instances = BTreeSet::new();
    for id in &ids {
        input::check_instance_id("recoveryInstanceIDs", id)?;
        let index = estate
            .find_recovery_instance(id, now)
            .ok_or_else(|| Error::not_found("RecoveryInstance", id))?;
        instances.insert(index);
    }
    drs.check_quotas(estate, instances.len(), now)
        .map_err(|exceeded| Error::quota(exceeded, &estate.scenario.account))?;
    for index in &instances {
        let instance = &estate.instances[*index];
        if let Some(job) = drs.active_job(instance.server, now) {
            let message =
                format!("Recovery instance {} is in the active job {}", instance.id, job.id);
            return Err(Error::conflict("RecoveryInstance", &instance.id, message));
        }
    }

    let instances: Vec<usize> = instances.into_iter().collect();
    let id = drs.terminate(estate, &instances, now).id.clone();
    let view = drs.find_job(&id).map(|job| jobs::view(estate, job, now));
    let about = format!("{id}: end of {} instances", instances.len());
    Ok(reply::reply(200, &json!({ "job": view })).about(about))
}
