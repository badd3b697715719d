//! `CreateTags`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::error::Error;
use super::query::Query;
use super::xml;
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::tags;
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::observed(
        "ec2.create-tags.refused",
        "CreateTags of a tag that AWS does not take is 400 InvalidParameterValue.",
        "reports of its messages about keys with aws: and about lengths",
    ),
    Fact::documented(
        "ec2.create-tags.limit",
        "CreateTags of more tags than a resource may have is 400 TagLimitExceeded.",
        source::EC2_GUIDE,
    ),
    Fact::assumed(
        "ec2.create-tags.twice",
        "A key that is given twice in one request is InvalidParameterValue.",
        "either value could be meant",
    ),
];

#[derive(Serialize)]
struct Output {
    r#return: bool,
}

pub(super) fn create(estate: &mut Estate, now: Timestamp, query: &Query) -> Result<Reply, Error> {
    let instances = query.instances(estate, now, "ResourceId")?;
    let tags = query.tags();
    if instances.is_empty() {
        return Err(Error::missing("resourceIdSet"));
    }
    if tags.is_empty() {
        return Err(Error::missing("tagSet"));
    }
    tags::check(tags.iter().copied())
        .map_err(|refusal| Error::invalid_value(refusal.to_string()))?;
    let keys: BTreeSet<&str> = tags.iter().map(|(key, _)| *key).collect();
    if keys.len() < tags.len() {
        return Err(Error::invalid_value("Duplicate tag key specified"));
    }
    for index in &instances {
        let present = estate.instances[*index].tags.keys().map(String::as_str);
        if keys.iter().copied().chain(present).collect::<BTreeSet<_>>().len() > tags::MOST {
            return Err(Error::too_many_tags());
        }
    }
    for index in &instances {
        for (key, value) in &tags {
            estate.instances[*index].tags.insert((*key).to_owned(), (*value).to_owned());
        }
    }
    let about = format!("{} tags on {} instances", tags.len(), instances.len());
    Ok(xml::success("CreateTags", Output { r#return: true }).about(about))
}
