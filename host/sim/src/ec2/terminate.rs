//! `TerminateInstances`: behind the back of DRS.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::error::Error;
use super::query::Query;
use super::xml::{self, List, State};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::instance::InstanceState;
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ec2.terminate.protected",
        "TerminateInstances of an instance with termination protection fails. Those of its request that are in the \
         Availability Zone of a protected one stay; those in other zones are terminated all the same.",
        source::EC2_GUIDE,
    ),
    Fact::documented(
        "ec2.terminate.protected.code",
        "That failure is 400 OperationNotPermitted.",
        "the Amazon EC2 API reference on error codes",
    ),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    instances_set: List<Change>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    instance_id: String,
    current_state: State,
    previous_state: State,
}

/// Convergent: what is terminated already stays so, and is no error.
pub(super) fn terminate(
    estate: &mut Estate,
    now: Timestamp,
    query: &Query,
) -> Result<Reply, Error> {
    let instances = query.instances(estate, now, "InstanceId")?;
    if instances.is_empty() {
        return Err(Error::missing("InstanceId"));
    }
    let zone =
        |estate: &Estate, index: usize| estate.server(estate.instances[index].server).zone.clone();
    let protected: Vec<usize> =
        instances.iter().copied().filter(|index| estate.is_protected(*index)).collect();
    if let Some(first) = protected.first() {
        let stay: BTreeSet<String> = protected.iter().map(|index| zone(estate, *index)).collect();
        for index in instances {
            if !stay.contains(&zone(estate, index)) {
                estate.terminate_by_hand(index, now);
            }
        }
        return Err(Error::protected(&estate.instances[*first].id));
    }
    let changes: List<Change> = instances
        .iter()
        .map(|&index| {
            let state = |estate: &Estate| {
                estate.instances[index].state(now).unwrap_or(InstanceState::Terminated)
            };
            let previous = state(estate);
            estate.terminate_by_hand(index, now);
            Change {
                instance_id: estate.instances[index].id.clone(),
                current_state: state(estate).into(),
                previous_state: previous.into(),
            }
        })
        .collect();
    let about = format!("{} instances", instances.len());
    Ok(xml::success("TerminateInstances", Output { instances_set: changes }).about(about))
}
