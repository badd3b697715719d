//! `ec2.create_tags`: adds or overwrites tags. Sending it again changes nothing.

use async_trait::async_trait;
use aws_sdk_ec2::types::Tag;
use aws_types::request_id::RequestId;
use moontide_runtime::effect::{Call, Class, EffectError, Reply, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::instances::touched;
use crate::binding::{Binding, Changes};
use crate::error;
use crate::record::{self, Tags};
use crate::services::Services;

pub(crate) struct CreateTags;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// Ids of any resources that EC2 can tag.
    resources: Vec<String>,
    #[serde(deserialize_with = "record::map")]
    tags: Tags,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[async_trait(?Send)]
impl Binding for CreateTags {
    const NAME: &'static str = "ec2.create_tags";
    const CLASS: Class = Class::Convergent;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let tags =
            asked.tags.into_iter().map(|(name, it)| Tag::builder().key(name).value(it).build());
        let answer = aws
            .clients_for(Self::CLASS, call)
            .ec2
            .create_tags()
            .set_resources(Some(asked.resources))
            .set_tags(Some(tags.collect()))
            .send()
            .await
            .map_err(|it| error::reply(Self::CLASS, Self::NAME, &it))?;
        Ok(Reply::ok(json!({})).with_request_id(answer.request_id().map(str::to_owned)))
    }
}

#[async_trait(?Send)]
impl Changes for CreateTags {
    async fn touches(
        aws: &Services,
        call: &Call,
        asked: Arguments,
    ) -> Result<Vec<Touch>, EffectError> {
        touched(aws, call, "tag", &asked.resources).await
    }
}
