//! AWS Elastic Disaster Recovery, protocol rest-json: every operation is `POST /<Operation>` with a
//! JSON body, except the three on tags.

pub(crate) mod error;
mod input;
pub(crate) mod job_log;
pub(crate) mod jobs;
pub(crate) mod launch_configuration;
pub(crate) mod paging;
pub(crate) mod recovery_instances;
pub(crate) mod snapshots;
pub(crate) mod source_servers;
pub(crate) mod start_recovery;
pub(crate) mod tags;
mod terminate;

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::http::Request;
use crate::wire::Reply;
use error::Error;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "drs.protocol",
        "Operations are POST /<Operation> with a plain JSON body; tags are GET, POST and DELETE on \
         /tags/{resourceArn}; timestamps are ISO-8601 strings.",
        source::DRS_MODEL,
    ),
    Fact::documented(
        "drs.uninitialized",
        "In a Region where DRS was never set up every operation fails with \
         UninitializedAccountException.",
        source::DRS_MODEL,
    ),
    Fact::assumed(
        "drs.unknown-operation",
        "An operation that does not exist is 404 UnknownOperationException.",
        "common to AWS's rest-json services",
    ),
];

/// The operations that are simulated.
pub(crate) const OPERATIONS: &[&str] = &[
    "DescribeJobLogItems",
    "DescribeJobs",
    "DescribeRecoveryInstances",
    "DescribeRecoverySnapshots",
    "DescribeSourceServers",
    "DisconnectRecoveryInstance",
    "GetLaunchConfiguration",
    "ListTagsForResource",
    "StartRecovery",
    "TagResource",
    "TerminateRecoveryInstances",
    "UntagResource",
];

/// The operation that a method and a path mean.
pub(crate) fn operation(method: &Method, path: &str) -> String {
    let name = match (path.starts_with("/tags/"), method) {
        (true, &Method::GET) => "ListTagsForResource",
        (true, &Method::POST) => "TagResource",
        (true, &Method::DELETE) => "UntagResource",
        _ => path.trim_start_matches('/'),
    };
    name.to_owned()
}

/// Answers a call of DRS.
pub(crate) fn handle(estate: &mut Estate, now: Timestamp, request: &Request) -> Reply {
    perform(estate, now, request).unwrap_or_else(Reply::from)
}

fn perform(estate: &mut Estate, now: Timestamp, request: &Request) -> Result<Reply, Error> {
    let operation = request.operation.as_str();
    if !OPERATIONS.contains(&operation) {
        return Err(Error::unknown_operation(operation));
    }
    if !estate.initialized {
        return Err(Error::uninitialized());
    }
    match operation {
        "DescribeJobLogItems" => job_log::describe(estate, now, &request.body),
        "DescribeJobs" => jobs::describe(estate, now, &request.body),
        "DescribeRecoveryInstances" => recovery_instances::describe(estate, now, &request.body),
        "DescribeRecoverySnapshots" => snapshots::describe(estate, now, &request.body),
        "DescribeSourceServers" => source_servers::describe(estate, now, &request.body),
        "DisconnectRecoveryInstance" => recovery_instances::disconnect(estate, now, &request.body),
        "GetLaunchConfiguration" => launch_configuration::get(estate, &request.body),
        "ListTagsForResource" => tags::list(estate, now, request),
        "StartRecovery" => start_recovery::start(estate, now, &request.body),
        "TagResource" => tags::tag(estate, now, request),
        "TerminateRecoveryInstances" => terminate::terminate(estate, now, &request.body),
        _ => tags::untag(estate, now, request),
    }
}

/// A successful reply.
fn reply(status: u16, body: &Value) -> Reply {
    Reply::new(status, "application/json", body.to_string())
}

/// A successful reply with one page of a list.
fn page(items: &[Value], next_token: Option<String>) -> Reply {
    let mut body = json!({ "items": items });
    if let Some(token) = next_token {
        body["nextToken"] = token.into();
    }
    reply(200, &body)
}

/// A duration as DRS writes it; no lag is `P0D`.
fn iso_duration(duration: SignedDuration) -> String {
    if duration.is_zero() { "P0D".to_owned() } else { duration.to_string() }
}
