//! `TagResource`, `UntagResource`, `ListTagsForResource`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::error::Error;
use super::input;
use super::reply;
use super::state::{Drs, arn};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::tags;
use crate::wire::{Reply, Request, decode_path};

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "drs.tags",
        "Source servers, recovery instances and jobs carry tags, named by ARN.",
        source::DRS_MODEL,
    ),
    Fact::assumed(
        "drs.tags.refused",
        "Tags that AWS does not take are a ValidationException of the field tags, in StartRecovery too.",
        "the model allows longer keys than the tagging guide; the stricter of the two is simulated",
    ),
];

type Tags = BTreeMap<String, String>;

#[derive(Deserialize)]
struct Input {
    tags: Option<Tags>,
}

/// Whether a resource may carry these tags.
pub(super) fn check(all: &Tags) -> Result<(), Error> {
    tags::check_map(all).map_err(|refusal| Error::invalid("tags", refusal.to_string()))?;
    if all.len() > tags::MOST {
        return Err(Error::invalid("tags", format!("a resource has at most {} tags", tags::MOST)));
    }
    Ok(())
}

pub(super) fn list(
    drs: &mut Drs,
    estate: &mut Estate,
    now: Timestamp,
    request: &Request,
) -> Result<Reply, Error> {
    let resource = resource(request);
    let tags = tags_of(drs, estate, now, &resource)?;
    Ok(reply::reply(200, &json!({ "tags": tags })).about(resource))
}

pub(super) fn tag(
    drs: &mut Drs,
    estate: &mut Estate,
    now: Timestamp,
    request: &Request,
) -> Result<Reply, Error> {
    let resource = resource(request);
    let Input { tags: added } = input::parse(&request.message.body)?;
    let added = input::required(added, "tags")?;
    let present = tags_of(drs, estate, now, &resource)?;
    let mut all = present.clone();
    all.extend(added);
    check(&all)?;
    *present = all;
    Ok(reply::reply(200, &json!({})).about(resource))
}

pub(super) fn untag(
    drs: &mut Drs,
    estate: &mut Estate,
    now: Timestamp,
    request: &Request,
) -> Result<Reply, Error> {
    let resource = resource(request);
    let tags = tags_of(drs, estate, now, &resource)?;
    for (_, key) in request.message.query.iter().filter(|(name, _)| name == "tagKeys") {
        tags.remove(key);
    }
    Ok(reply::reply(200, &json!({})).about(resource))
}

/// The ARN in the path: `/tags/arn%3Aaws%3Adrs…`.
fn resource(request: &Request) -> String {
    request.message.path.strip_prefix("/tags/").map(decode_path).unwrap_or_default()
}

/// The tags of the resource with this ARN.
fn tags_of<'a>(
    drs: &'a mut Drs,
    estate: &'a mut Estate,
    now: Timestamp,
    named: &str,
) -> Result<&'a mut Tags, Error> {
    let (_, resource) = named.rsplit_once(':').unwrap_or_default();
    let Some((kind, id)) = resource.split_once('/') else {
        return Err(Error::invalid("resourceArn", format!("{named:?} is not an ARN of DRS")));
    };
    let missing = || Error::not_found(kind, id);
    if named != arn(estate, kind, id) {
        return Err(missing());
    }
    match kind {
        "source-server" => {
            let server = estate.find_server(id).ok_or_else(missing)?;
            Ok(&mut drs.servers[server].tags)
        }
        "recovery-instance" => {
            let instance = estate.find_recovery_instance(id, now).ok_or_else(missing)?;
            Ok(&mut estate.instances[instance].drs_tags)
        }
        "job" => drs
            .jobs
            .iter_mut()
            .find(|job| job.id == id)
            .map(|job| &mut job.tags)
            .ok_or_else(missing),
        _ => Err(missing()),
    }
}
