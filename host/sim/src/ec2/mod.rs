//! Amazon EC2, protocol ec2: a query in the body, XML in the reply. Its instances are those that DRS
//! launched; there are no others.

pub(crate) mod error;
mod instances;
mod query;
pub(crate) mod reboot;
pub(crate) mod status;
pub(crate) mod tags;
pub(crate) mod terminate;
mod xml;

use jiff::Timestamp;

use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::http::Request;
use crate::wire::Reply;
use error::Error;
use query::Query;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ec2.protocol",
        "Requests are forms with Action and Version; replies and errors are XML.",
        source::EC2_MODEL,
    ),
    Fact::documented(
        "ec2.unknown-ids",
        "An unknown instance id is 400 InvalidInstanceID.NotFound, a malformed one \
         InvalidInstanceID.Malformed; as a filter it matches nothing.",
        source::EC2_GUIDE,
    ),
    Fact::documented(
        "ec2.pages",
        "MaxResults is from 5 to 1000, and cannot go with instance ids.",
        source::EC2_GUIDE,
    ),
    Fact::assumed(
        "ec2.filters",
        "Filters know instance-id, instance-state-name, tag:<key>, tag-key and the two status \
         filters, with * and ? in values; other names are InvalidParameterValue.",
        "EC2 has many more; a caller that needs one should hear about it",
    ),
    Fact::observed(
        "ec2.throttling",
        "EC2 throttles with 503 RequestLimitExceeded.",
        "issue 61 of cloudfoundry/bosh-aws-cpi-release, among many",
    ),
];

/// The operations that are simulated.
pub(crate) const OPERATIONS: &[&str] = &[
    "CreateTags",
    "DescribeInstanceStatus",
    "DescribeInstances",
    "RebootInstances",
    "TerminateInstances",
];

/// Answers a call of EC2.
pub(crate) fn handle(estate: &mut Estate, now: Timestamp, request: &Request) -> Reply {
    let query = Query::parse(&request.body);
    let reply = match request.operation.as_str() {
        "CreateTags" => tags::create(estate, now, &query),
        "DescribeInstanceStatus" => status::describe(estate, now, &query),
        "DescribeInstances" => instances::describe(estate, now, &query),
        "RebootInstances" => reboot::reboot(estate, now, &query),
        "TerminateInstances" => terminate::terminate(estate, now, &query),
        other => Err(Error::invalid_action(other)),
    };
    reply.unwrap_or_else(Reply::from)
}
