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

use crate::estate::{self, Estate};
use crate::fact::{Fact, source};
use crate::plug::{Facts, Plug};
use crate::wire::{Claim, Message, Reply, Request, Service};
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

/// DRS, for the list of services.
pub(crate) const PLUG: Plug = Plug {
    service: Service { name: "drs", operations: OPERATIONS },
    recognise,
    handle,
    facts: Facts {
        courses: &[estate::FACTS, estate::launch::FACTS, estate::timeline::FACTS],
        calls: &[
            estate::quota::FACTS,
            estate::replication::FACTS,
            estate::terminate::FACTS,
            FACTS,
            error::FACTS,
            paging::FACTS,
            source_servers::FACTS,
            start_recovery::FACTS,
            jobs::FACTS,
            job_log::FACTS,
            recovery_instances::FACTS,
            snapshots::FACTS,
            launch_configuration::FACTS,
            tags::FACTS,
        ],
    },
    throttled: error::throttled,
    failed: error::failed,
};

const OPERATIONS: &[&str] = &[
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

/// A path is an operation's name, or names a resource with tags. Any other path may be an operation that DRS does not
/// have.
fn recognise(message: &Message) -> Option<Claim> {
    if message.scope.is_none() && (message.path == "/" || message.target().is_some()) {
        return None;
    }
    let name = match (message.path.starts_with("/tags/"), &message.method) {
        (true, &Method::GET) => "ListTagsForResource",
        (true, &Method::POST) => "TagResource",
        (true, &Method::DELETE) => "UntagResource",
        _ => message.path.trim_start_matches('/'),
    };
    let claim = if OPERATIONS.contains(&name) { Claim::Sure } else { Claim::Likely };
    Some(claim(name.to_owned()))
}

/// Answers a call of DRS.
fn handle(estate: &mut Estate, now: Timestamp, request: &Request) -> Reply {
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
    let body = &request.message.body;
    match operation {
        "DescribeJobLogItems" => job_log::describe(estate, now, body),
        "DescribeJobs" => jobs::describe(estate, now, body),
        "DescribeRecoveryInstances" => recovery_instances::describe(estate, now, body),
        "DescribeRecoverySnapshots" => snapshots::describe(estate, now, body),
        "DescribeSourceServers" => source_servers::describe(estate, now, body),
        "DisconnectRecoveryInstance" => recovery_instances::disconnect(estate, now, body),
        "GetLaunchConfiguration" => launch_configuration::get(estate, body),
        "ListTagsForResource" => tags::list(estate, now, request),
        "StartRecovery" => start_recovery::start(estate, now, body),
        "TagResource" => tags::tag(estate, now, request),
        "TerminateRecoveryInstances" => terminate::terminate(estate, now, body),
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
