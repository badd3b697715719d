//! `route53.list_resource_record_sets`: one page of a zone's records, in the order of their names.

use async_trait::async_trait;
use aws_sdk_route53::types::RrType;
use moontide_runtime::effect::{Class, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Route53;
use super::record_set::{RecordSet, zone};
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::record::{slim, text};

pub(crate) struct ListResourceRecordSets;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    hosted_zone_id: String,
    /// Where the page begins: the three `next_…` fields of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_record_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_record_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_record_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_items: Option<i32>,
}

#[async_trait(?Send)]
impl Binding for ListResourceRecordSets {
    type Service = Route53;
    const NAME: &'static str = "route53.list_resource_record_sets";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let page = at
            .client()
            .list_resource_record_sets()
            .hosted_zone_id(zone(&asked.hosted_zone_id))
            .set_start_record_name(asked.start_record_name)
            .set_start_record_type(asked.start_record_type.as_deref().map(RrType::from))
            .set_start_record_identifier(asked.start_record_identifier)
            .set_max_items(asked.max_items)
            .send()
            .await?;
        let sets = page.resource_record_sets.into_iter().map(RecordSet::from);
        Ok(Reply::ok(slim(json!({
            "resource_record_sets": sets.collect::<Vec<_>>(),
            "is_truncated": page.is_truncated,
            "next_record_name": page.next_record_name,
            "next_record_type": text(page.next_record_type),
            "next_record_identifier": page.next_record_identifier,
        }))))
    }
}
