//! `DescribeJobs`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::Error;
use super::input;
use super::job::{Job, LaunchStatus, Participant};
use super::paging::Paging;
use super::reply;
use super::state::{Drs, arn};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "drs.job.never-fails",
        "A job is PENDING, STARTED, COMPLETED; success and failure are per server, in launchStatus.",
        source::DRS_MODEL,
    ),
    Fact::documented(
        "drs.jobs.filters",
        "DescribeJobs filters by job ids and by creation date, and not by tags.",
        source::DRS_MODEL,
    ),
    Fact::documented("drs.jobs.newest-first", "Newer jobs come first.", source::DRS_MODEL),
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
    #[serde(rename = "jobIDs")]
    job_ids: Option<Vec<String>>,
    #[serde(rename = "fromDate")]
    from_date: Option<String>,
    #[serde(rename = "toDate")]
    to_date: Option<String>,
}

pub(super) fn describe(
    drs: &Drs,
    estate: &Estate,
    now: Timestamp,
    body: &str,
) -> Result<Reply, Error> {
    let Input { filters, paging } = input::parse(body)?;
    let ids = filters.job_ids.unwrap_or_default();
    input::check_size("filters.jobIDs", &ids, 0, 1000)?;
    for id in &ids {
        input::check_id("filters.jobIDs", id, "drsjob-")?;
    }
    let from = input::moment("filters.fromDate", filters.from_date.as_ref())?;
    let to = input::moment("filters.toDate", filters.to_date.as_ref())?;

    let found: Vec<&Job> = drs
        .jobs
        .iter()
        .rev()
        .filter(|job| job.visible <= now)
        .filter(|job| ids.is_empty() || ids.contains(&job.id))
        .filter(|job| from.is_none_or(|from| job.created >= from))
        .filter(|job| to.is_none_or(|to| job.created <= to))
        .collect();
    let (page, next_token) = paging.cut(found, |job| job.id.clone(), estate.scenario.page_size)?;
    let items: Vec<Value> = page.iter().map(|job| view(estate, job, now)).collect();
    let about = format!("{} jobs", items.len());
    Ok(reply::page(&items, next_token).about(about))
}

/// A job as DRS shows it.
pub(super) fn view(estate: &Estate, job: &Job, now: Timestamp) -> Value {
    let participants: Vec<Value> = job
        .participants
        .iter()
        .map(|participant| participant_view(estate, job, participant, now))
        .collect();
    let mut view = json!({
        "jobID": job.id,
        "arn": arn(estate, "job", &job.id),
        "type": job.kind.job_type(),
        "initiatedBy": job.kind.initiated_by(),
        "creationDateTime": job.created,
        "status": job.status(now),
        "participatingServers": participants,
        "tags": job.tags,
    });
    if now >= job.ends {
        view["endDateTime"] = job.ends.to_string().into();
    }
    view
}

fn participant_view(
    estate: &Estate,
    job: &Job,
    participant: &Participant,
    now: Timestamp,
) -> Value {
    let status = job.launch_status(participant, now);
    let mut view = json!({
        "sourceServerID": estate.server(participant.server).id,
        "launchStatus": status.name(),
    });
    // A launched instance has no name before it exists; one to be terminated always has.
    let known = participant.outcome == LaunchStatus::Terminated || now >= participant.ends;
    if let (true, Some(id)) = (known, &participant.instance_id) {
        view["recoveryInstanceID"] = id.clone().into();
    }
    view
}
