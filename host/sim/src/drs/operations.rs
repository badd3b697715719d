//! The operations of DRS, by name.

use jiff::Timestamp;

use super::error::Error;
use super::state::Drs;
use super::{
    job_log, jobs, launch_configuration, recovery_instances, snapshots, source_servers,
    start_recovery, tags, terminate,
};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::plug::State;
use crate::wire::{Reply, Request};

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

/// Those that are simulated.
pub(super) const NAMES: &[&str] = &[
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

impl State for Drs {
    fn handle(&mut self, estate: &mut Estate, now: Timestamp, request: &Request) -> Reply {
        perform(self, estate, now, request).unwrap_or_else(Reply::from)
    }
}

fn perform(
    drs: &mut Drs,
    estate: &mut Estate,
    now: Timestamp,
    request: &Request,
) -> Result<Reply, Error> {
    let operation = request.operation.as_str();
    if !NAMES.contains(&operation) {
        return Err(Error::unknown_operation(operation));
    }
    if !estate.is_named {
        return Err(Error::uninitialized());
    }
    let body = &request.message.body;
    match operation {
        "DescribeJobLogItems" => job_log::describe(drs, estate, now, body),
        "DescribeJobs" => jobs::describe(drs, estate, now, body),
        "DescribeRecoveryInstances" => recovery_instances::describe(estate, now, body),
        "DescribeRecoverySnapshots" => snapshots::describe(estate, now, body),
        "DescribeSourceServers" => source_servers::describe(drs, estate, now, body),
        "DisconnectRecoveryInstance" => recovery_instances::disconnect(drs, estate, now, body),
        "GetLaunchConfiguration" => launch_configuration::get(estate, body),
        "ListTagsForResource" => tags::list(drs, estate, now, request),
        "StartRecovery" => start_recovery::start(drs, estate, now, body),
        "TagResource" => tags::tag(drs, estate, now, request),
        "TerminateRecoveryInstances" => terminate::terminate(drs, estate, now, body),
        _ => tags::untag(drs, estate, now, request),
    }
}
