//! The operations of EC2, by name.

use jiff::Timestamp;

use super::error::Error;
use super::query::Query;
use super::{instances, reboot, status, tags, terminate};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::plug::State;
use crate::wire::{Reply, Request};

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

/// Those that are simulated.
pub(super) const NAMES: &[&str] = &[
    "CreateTags",
    "DescribeInstanceStatus",
    "DescribeInstances",
    "RebootInstances",
    "TerminateInstances",
];

/// EC2 has nothing of its own: its instances are the estate's.
#[derive(Debug)]
pub(super) struct Ec2;

impl State for Ec2 {
    fn handle(&mut self, estate: &mut Estate, now: Timestamp, request: &Request) -> Reply {
        let query = Query::parse(&request.message.body);
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
}
