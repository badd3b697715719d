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

use crate::estate::{Estate, instance};
use crate::fact::{Fact, source};
use crate::plug::{Facts, Plug};
use crate::wire::{Claim, Message, Reply, Request, Service};
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

/// EC2, for the list of services.
pub(crate) const PLUG: Plug = Plug {
    service: Service { name: "ec2", operations: OPERATIONS },
    recognise,
    handle,
    facts: Facts {
        courses: &[instance::FACTS],
        calls: &[FACTS, reboot::FACTS, status::FACTS, tags::FACTS, terminate::FACTS],
    },
    throttled: error::throttled,
    failed: error::failed,
};

/// The mark of an unsigned call of EC2. One of another version may still be a call of EC2.
const API_VERSION: &str = "2016-11-15";

const OPERATIONS: &[&str] = &[
    "CreateTags",
    "DescribeInstanceStatus",
    "DescribeInstances",
    "RebootInstances",
    "TerminateInstances",
];

fn recognise(message: &Message) -> Option<Claim> {
    let action = message.form("Action")?;
    if message.scope.is_some() {
        return Some(Claim::Sure(action));
    }
    let version = message.form("Version").filter(|_| message.may_be_form())?;
    Some(if version == API_VERSION { Claim::Sure(action) } else { Claim::Likely(action) })
}

/// Answers a call of EC2.
fn handle(estate: &mut Estate, now: Timestamp, request: &Request) -> Reply {
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
