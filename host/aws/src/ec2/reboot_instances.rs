//! `ec2.reboot_instances`: asks the operating systems to restart. Nothing shows whether it happened,
//! and a second reboot interrupts a server that is just coming up: a person decides.

use async_trait::async_trait;
use aws_types::request_id::RequestId;
use moontide_runtime::effect::{Call, Class, EffectError, Reply, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::instances::touched;
use crate::binding::{Binding, Changes};
use crate::error;
use crate::services::Services;

pub(crate) struct RebootInstances;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    instance_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[async_trait(?Send)]
impl Binding for RebootInstances {
    const NAME: &'static str = "ec2.reboot_instances";
    const CLASS: Class = Class::Once;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let answer = aws
            .clients_for(Self::CLASS, call)
            .ec2
            .reboot_instances()
            .set_instance_ids(Some(asked.instance_ids))
            .send()
            .await
            .map_err(|it| error::reply(Self::CLASS, Self::NAME, &it))?;
        Ok(Reply::ok(json!({})).with_request_id(answer.request_id().map(str::to_owned)))
    }
}

#[async_trait(?Send)]
impl Changes for RebootInstances {
    async fn touches(
        aws: &Services,
        call: &Call,
        asked: Arguments,
    ) -> Result<Vec<Touch>, EffectError> {
        touched(aws, call, "reboot", &asked.instance_ids).await
    }
}
