//! `TerminateInstances`: behind the back of DRS.

use jiff::Timestamp;
use serde::Serialize;

use super::error::Error;
use super::query::Query;
use super::xml::{self, List, State};
use crate::dispatch::Reply;
use crate::estate::Estate;
use crate::estate::instance::InstanceState;
use crate::facts::{Fact, source};

pub(crate) const FACTS: &[Fact] = &[Fact::documented(
    "ec2.terminate.protected",
    "TerminateInstances of an instance with termination protection is 400 OperationNotPermitted, and none \
     of the instances in its request is terminated.",
    source::EC2_GUIDE,
)];

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
    let protected = instances.iter().find(|index| estate.is_protected(**index));
    if let Some(index) = protected {
        return Err(Error::protected(&estate.instances[*index].id));
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
