//! `CreateTags`.

use jiff::Timestamp;
use serde::Serialize;

use super::error::Error;
use super::query::Query;
use super::xml;
use crate::dispatch::Reply;
use crate::estate::Estate;

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
    for index in &instances {
        for (key, value) in &tags {
            estate.instances[*index].tags.insert((*key).to_owned(), (*value).to_owned());
        }
    }
    let about = format!("{} tags on {} instances", tags.len(), instances.len());
    Ok(xml::success("CreateTags", Output { r#return: true }).about(about))
}
