//! `ec2.create_tags`: adds or overwrites tags. Sending it again changes nothing.

use async_trait::async_trait;
use aws_sdk_ec2::types::Tag;
use moontide_runtime::effect::{Class, EffectError, Leaves, Reply, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Ec2;
use super::instances::touched;
use crate::binding::{At, Binding, Changes};
use crate::error::Failure;
use crate::record::{self, Tags, reply_to};

pub(crate) struct CreateTags;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// Ids of any resources that EC2 can tag.
    resources: Vec<String>,
    #[serde(deserialize_with = "record::map")]
    tags: Tags,
}

#[async_trait(?Send)]
impl Binding for CreateTags {
    type Service = Ec2;
    const NAME: &'static str = "ec2.create_tags";
    const CLASS: Class = Class::Convergent;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let tags =
            asked.tags.into_iter().map(|(name, it)| Tag::builder().key(name).value(it).build());
        let answer = at
            .client()
            .create_tags()
            .set_resources(Some(asked.resources))
            .set_tags(Some(tags.collect()))
            .send()
            .await?;
        Ok(reply_to(&answer, json!({})))
    }
}

#[async_trait(?Send)]
impl Changes for CreateTags {
    /// Tags go with what carries them.
    const LEAVES: Option<Leaves> = None;

    async fn touches(at: &At<'_, Self>, asked: Arguments) -> Result<Vec<Touch>, EffectError> {
        touched(at.aws, at.call, "tag", &asked.resources).await
    }
}
