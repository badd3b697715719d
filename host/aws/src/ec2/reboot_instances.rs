//! `ec2.reboot_instances`: asks the operating systems to restart. Nothing shows whether it happened,
//! and a second reboot interrupts a server that is just coming up: a person decides.

use async_trait::async_trait;
use moontide_runtime::effect::{Class, EffectError, Leaves, Reply, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Ec2;
use super::instances::touched;
use crate::binding::{At, Binding, Changes};
use crate::error::Failure;
use crate::record::reply_to;

pub(crate) struct RebootInstances;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    instance_ids: Vec<String>,
}

#[async_trait(?Send)]
impl Binding for RebootInstances {
    type Service = Ec2;
    const NAME: &'static str = "ec2.reboot_instances";
    const CLASS: Class = Class::Once;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let answer = at
            .client()
            .reboot_instances()
            .set_instance_ids(Some(asked.instance_ids))
            .send()
            .await?;
        Ok(reply_to(&answer, json!({})))
    }
}

#[async_trait(?Send)]
impl Changes for RebootInstances {
    /// What it restarts stays what it was.
    const LEAVES: Option<Leaves> = None;

    async fn touches(at: &At<'_, Self>, asked: Arguments) -> Result<Vec<Touch>, EffectError> {
        touched(at.aws, at.call, "reboot", &asked.instance_ids).await
    }
}
