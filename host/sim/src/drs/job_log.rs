//! `DescribeJobLogItems`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::Error;
use super::input;
use super::job::LogItem;
use super::paging::Paging;
use super::reply;
use super::state::Drs;
use crate::estate::Estate;
use crate::fact::Fact;
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::assumed(
        "drs.job-log.order",
        "A job's log comes oldest first.",
        "the published sample result is in that order; the reference does not say",
    ),
    Fact::assumed(
        "drs.job-log.unknown-job",
        "The log of an unknown job is a ResourceNotFoundException.",
        "the operation's model lists none, as other operations that return it",
    ),
];

#[derive(Deserialize)]
struct Input {
    #[serde(rename = "jobID")]
    job_id: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

pub(super) fn describe(
    drs: &Drs,
    estate: &Estate,
    now: Timestamp,
    body: &str,
) -> Result<Reply, Error> {
    let Input { job_id, paging } = input::parse(body)?;
    let id = input::required(job_id, "jobID")?;
    input::check_id("jobID", &id, "drsjob-")?;
    let job = drs.find_job(&id).ok_or_else(|| Error::not_found("Job", &id))?;

    let items: Vec<(usize, &LogItem)> = job.log_until(now).iter().enumerate().collect();
    let (page, next_token) =
        paging.cut(items, |(line, _)| format!("{id}/{line}"), estate.scenario.page_size)?;
    let items: Vec<Value> = page.iter().map(|(_, item)| view(estate, item)).collect();
    Ok(reply::page(&items, next_token).about(id))
}

fn view(estate: &Estate, item: &LogItem) -> Value {
    let fields = [
        ("sourceServerID", item.server.map(|server| estate.server(server).id.clone())),
        ("conversionServerID", item.conversion_server.clone()),
        ("targetInstanceID", item.target_instance.clone()),
        ("rawError", item.raw_error.clone()),
    ];
    let data: Map<String, Value> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
        .collect();
    json!({ "logDateTime": item.at, "event": item.event, "eventData": data })
}
