//! `RebootInstances`.

use jiff::Timestamp;
use serde::Serialize;

use super::error::Error;
use super::query::Query;
use super::xml;
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ec2.reboot.queued",
        "RebootInstances only queues its request, so it answers before anything happens; a \
         terminated instance ignores it.",
        source::EC2_GUIDE,
    ),
    Fact::assumed(
        "ec2.reboot.running-only",
        "An instance that is pending or shutting down ignores a reboot, too.",
        "nothing that could restart is there, and no error is documented",
    ),
    Fact::assumed(
        "ec2.reboot.checks",
        "A rebooted instance stays running; both of its status checks are initializing again at \
         once, for as long as after a launch.",
        "the caller should have to wait for the operating system to come back",
    ),
    Fact::assumed(
        "ec2.reboot.agent",
        "The SSM agent of a rebooted instance stays Online.",
        "Systems Manager notices a silent agent only after minutes",
    ),
];

#[derive(Serialize)]
struct Output {
    r#return: bool,
}

/// Not convergent: sent twice, it interrupts an instance that is just coming up.
pub(super) fn reboot(estate: &mut Estate, now: Timestamp, query: &Query) -> Result<Reply, Error> {
    let instances = query.instances(estate, now, "InstanceId")?;
    if instances.is_empty() {
        return Err(Error::missing("InstanceId"));
    }
    for index in &instances {
        estate.instances[*index].reboot(now);
    }
    let about = format!("{} instances", instances.len());
    Ok(xml::success("RebootInstances", Output { r#return: true }).about(about))
}
