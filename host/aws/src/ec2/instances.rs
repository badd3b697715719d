//! What all EC2 operations say about instances.

use std::collections::BTreeMap;

use aws_sdk_ec2::types;
use moontide_runtime::effect::EffectError;
use serde::{Deserialize, Serialize};

use crate::drs::lookup::{By, is_drill, recovery_instances};
use crate::services::Clients;

/// A filter, as EC2 takes them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Such as `tag:App` or `instance-state-name`.
    name: String,
    values: Vec<String>,
}

impl Filter {
    /// Filters for the SDK.
    pub(crate) fn into_sdk(filters: Vec<Filter>) -> Option<Vec<types::Filter>> {
        let filters = filters
            .into_iter()
            .map(|it| types::Filter::builder().name(it.name).set_values(Some(it.values)).build());
        Some(filters.collect()).filter(|it: &Vec<_>| !it.is_empty())
    }
}

/// The tags of EC2 as a map.
pub(crate) fn tags(tags: Option<Vec<types::Tag>>) -> BTreeMap<String, String> {
    let pairs = tags
        .unwrap_or_default()
        .into_iter()
        .map(|it| Some((it.key?, it.value.unwrap_or_default())));
    pairs.flatten().collect()
}

/// Which of `ids` certainly are instances that a drill launched, in their order. Anything that DRS
/// does not know as a drill may carry production.
pub(crate) async fn drills(clients: &Clients, ids: &[String]) -> Result<Vec<bool>, EffectError> {
    let known = recovery_instances(&clients.drs, By::Instance(ids)).await?;
    let drill =
        |id: &String| known.iter().any(|it| it.recovery_instance_id() == Some(id) && is_drill(it));
    Ok(ids.iter().map(drill).collect())
}
