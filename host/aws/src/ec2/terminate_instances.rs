//! `ec2.terminate_instances`: ends instances. Recovery instances should rather be ended by
//! `drs.terminate_recovery_instances`, which also tidies up in DRS.

use async_trait::async_trait;
use aws_types::request_id::RequestId;
use moontide_runtime::effect::{Call, Class, EffectError, Reply, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::instances::touched;
use crate::binding::{Binding, Changes};
use crate::error;
use crate::record::{slim, text};
use crate::services::Services;

pub(crate) struct TerminateInstances;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    instance_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[async_trait(?Send)]
impl Binding for TerminateInstances {
    const NAME: &'static str = "ec2.terminate_instances";
    /// Terminating what is terminated is accepted, so an interrupted call is simply sent again.
    const CLASS: Class = Class::Convergent;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let answer = aws
            .clients_for(Self::CLASS, call)
            .ec2
            .terminate_instances()
            .set_instance_ids(Some(asked.instance_ids))
            .send()
            .await
            .map_err(|it| error::reply(Self::CLASS, Self::NAME, &it))?;
        let request_id = answer.request_id().map(str::to_owned);
        let changes = answer.terminating_instances().iter().map(|it| {
            json!({
                "instance_id": it.instance_id(),
                "previous_state": text(it.previous_state().and_then(|it| it.name())),
                "current_state": text(it.current_state().and_then(|it| it.name())),
            })
        });
        let value = json!({ "terminating_instances": changes.collect::<Vec<_>>() });
        Ok(Reply::ok(slim(value)).with_request_id(request_id))
    }
}

#[async_trait(?Send)]
impl Changes for TerminateInstances {
    async fn touches(
        aws: &Services,
        call: &Call,
        asked: Arguments,
    ) -> Result<Vec<Touch>, EffectError> {
        touched(aws, call, "terminate", &asked.instance_ids).await
    }
}
