//! What all EC2 operations say about instances.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_ec2::{Client, types};
use moontide_runtime::effect::{Call, EffectError, Maker, Thing, Touch};
use serde::{Deserialize, Serialize};

use super::Ec2;
use crate::aws::Aws;
use crate::drs::Drs;
use crate::drs::lookup::{By, is_drill, recovery_instances};
use crate::drs::origins::origins;
use crate::error::failed;
use crate::pages;

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

/// What happens to these resources of EC2, and who made each. What DRS does not know as an instance of a drill
/// may carry production; of such an instance its tags are looked up, by which a runbook can mean it.
pub(crate) async fn touched(
    aws: &Aws,
    call: &Call,
    verb: &'static str,
    ids: &[String],
) -> Result<Vec<Touch>, EffectError> {
    let instances: Vec<String> = ids.iter().filter(|it| it.starts_with("i-")).cloned().collect();
    let mut known = recovery_instances(&aws.reading::<Drs>(call), By::Instance(&instances)).await?;
    known.retain(is_drill);
    let jobs: BTreeSet<String> = known.iter().filter_map(|it| it.job_id.clone()).collect();
    let origins = origins(aws, call, &jobs).await?;
    let maker = |id: &String| {
        let Some(drill) = known.iter().find(|it| it.recovery_instance_id() == Some(id)) else {
            return Maker::Production;
        };
        match drill.job_id().map(|job| (job, origins.get(job))) {
            Some((_, Some(Some(origin)))) => Maker::Drill(origin.clone()),
            Some((job, None)) => Maker::HiddenDrill { job: job.to_owned() },
            Some((_, Some(None))) | None => Maker::ForeignDrill,
        }
    };
    let strangers: Vec<String> =
        instances.iter().filter(|id| !matches!(maker(id), Maker::Drill(_))).cloned().collect();
    let mut tags = tags_of(&aws.reading::<Ec2>(call), &strangers).await?;
    let touch = |id: &String| {
        let what = if id.starts_with("i-") {
            let tags = tags.remove(id).unwrap_or_default().into_iter().collect();
            Thing::Instance { id: id.clone(), tags }
        } else {
            Thing::Resource(id.clone())
        };
        Touch::of(verb, what, maker(id))
    };
    Ok(ids.iter().map(touch).collect())
}

/// How many values EC2 takes in one filter.
const VALUES_PER_FILTER: usize = 200;

/// The tags of instances, by id. Asked by a filter: one id that does not exist would fail a request that names
/// ids.
async fn tags_of(
    ec2: &Client,
    ids: &[String],
) -> Result<HashMap<String, BTreeMap<String, String>>, EffectError> {
    let mut found = HashMap::new();
    for ids in ids.chunks(VALUES_PER_FILTER) {
        let filter =
            types::Filter::builder().name("instance-id").set_values(Some(ids.to_vec())).build();
        let pages = ec2.describe_instances().filters(filter).into_paginator().items().send();
        let pages = pages::all(pages, failed).await?;
        let instances = pages.into_iter().flat_map(|it| it.instances.unwrap_or_default());
        found.extend(instances.filter_map(|it| Some((it.instance_id?, tags(it.tags)))));
    }
    Ok(found)
}
