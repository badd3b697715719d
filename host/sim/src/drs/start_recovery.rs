//! `StartRecovery`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::error::Error;
use super::job::LaunchRequest;
use super::reply;
use super::state::Drs;
use super::{input, jobs, recovery_points};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "drs.start-recovery.no-token",
        "StartRecovery takes no idempotency token: sent twice, it acts twice.",
        source::DRS_MODEL,
    ),
    Fact::documented(
        "drs.start-recovery.one-job",
        "A source server is in one active job at most; a second one is a ConflictException.",
        source::DRS_GUIDE,
    ),
    Fact::documented(
        "drs.start-recovery.size",
        "A request names 1 to 200 servers, whatever the quota.",
        source::DRS_MODEL,
    ),
    Fact::assumed(
        "drs.start-recovery.unlisted-errors",
        "Malformed or repeated ids are a ValidationException, unknown ones a \
         ResourceNotFoundException, although the operation's model lists neither.",
        "operations of DRS return errors that their model does not list",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    source_servers: Option<Vec<Entry>>,
    #[serde(default)]
    is_drill: bool,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "sourceServerID")]
    source_server_id: Option<String>,
    #[serde(rename = "recoverySnapshotID")]
    recovery_snapshot_id: Option<String>,
}

pub(super) fn start(
    drs: &mut Drs,
    estate: &mut Estate,
    now: Timestamp,
    body: &str,
) -> Result<Reply, Error> {
    let Input { source_servers, is_drill, tags } = input::parse(body)?;
    let entries = input::required(source_servers, "sourceServers")?;
    input::check_size("sourceServers", &entries, 1, 200)?;
    let requests =
        entries.iter().map(|entry| find(estate, now, entry)).collect::<Result<Vec<_>, _>>()?;
    super::tags::check(&tags)?;
    let distinct: BTreeSet<usize> = requests.iter().map(|request| request.server).collect();
    if distinct.len() < requests.len() {
        return Err(Error::invalid("sourceServers", "a source server is named twice"));
    }
    drs.check_quotas(estate, requests.len(), now)
        .map_err(|exceeded| Error::quota(exceeded, &estate.scenario.account))?;
    for request in &requests {
        if let Some(job) = drs.active_job(request.server, now) {
            let id = &estate.server(request.server).id;
            let message = format!("Source server {id} is in the active job {}", job.id);
            return Err(Error::conflict("SourceServer", id, message));
        }
    }

    let id = drs.launch(estate, now, &requests, is_drill, tags).id.clone();
    let view = drs.find_job(&id).map(|job| jobs::view(estate, job, now));
    let kind = if is_drill { "drill" } else { "recovery" };
    let about = format!("{id}: {kind} of {} servers", requests.len());
    Ok(reply::reply(202, &json!({ "job": view })).about(about))
}

/// The server that an entry names, and the recovery point.
fn find(estate: &Estate, now: Timestamp, entry: &Entry) -> Result<LaunchRequest, Error> {
    let field = "sourceServers.sourceServerID";
    let id = input::required(entry.source_server_id.as_ref(), field)?;
    input::check_id(field, id, "s-")?;
    let server = estate.find_server(id).ok_or_else(|| Error::not_found("SourceServer", id))?;
    let recovery_point = match &entry.recovery_snapshot_id {
        None => None,
        Some(snapshot) => {
            input::check_id("sourceServers.recoverySnapshotID", snapshot, "pit-")?;
            let found = recovery_points::all(estate, server, now)
                .into_iter()
                .find(|moment| recovery_points::id(estate, server, *moment) == *snapshot);
            Some(found.ok_or_else(|| Error::not_found("RecoverySnapshot", snapshot))?)
        }
    };
    Ok(LaunchRequest { server, recovery_point })
}
