//! `ec2.terminate_instances`: ends instances. Recovery instances should rather be ended by
//! `drs.terminate_recovery_instances`, which also tidies up in DRS.

use async_trait::async_trait;
use moontide_runtime::effect::{Class, EffectError, Leaves, Reply, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Ec2;
use super::instances::touched;
use crate::binding::{At, Binding, Changes};
use crate::error::Failure;
use crate::record::{reply_to, slim, text};

pub(crate) struct TerminateInstances;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    instance_ids: Vec<String>,
}

#[async_trait(?Send)]
impl Binding for TerminateInstances {
    type Service = Ec2;
    const NAME: &'static str = "ec2.terminate_instances";
    /// Terminating what is terminated is accepted, so an interrupted call is simply sent again.
    const CLASS: Class = Class::Convergent;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let answer = at
            .client()
            .terminate_instances()
            .set_instance_ids(Some(asked.instance_ids))
            .send()
            .await?;
        let changes = answer.terminating_instances().iter().map(|it| {
            json!({
                "instance_id": it.instance_id(),
                "previous_state": text(it.previous_state().and_then(|it| it.name())),
                "current_state": text(it.current_state().and_then(|it| it.name())),
            })
        });
        let value = json!({ "terminating_instances": changes.collect::<Vec<_>>() });
        Ok(reply_to(&answer, slim(value)))
    }
}

#[async_trait(?Send)]
impl Changes for TerminateInstances {
    /// What it ends is gone.
    const LEAVES: Option<Leaves> = None;

    async fn touches(at: &At<'_, Self>, asked: Arguments) -> Result<Vec<Touch>, EffectError> {
        touched(at.aws, at.call, "terminate", &asked.instance_ids).await
    }
}
