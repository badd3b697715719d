//! `ssm.cancel_command`: asks the agents to stop a command that has not ended. Sent again it changes nothing:
//! where the command has ended, AWS lets it be.

use async_trait::async_trait;
use aws_sdk_ssm::Client;
use moontide_runtime::effect::{Class, EffectError, Leaves, Reply, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Ssm;
use crate::binding::{At, Binding, Changes};
use crate::ec2::instances::touched;
use crate::error::{Failure, failed};
use crate::pages;
use crate::record::{listed, reply_to};

pub(crate) struct CancelCommand;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    command_id: String,
    /// Where to stop it; everywhere, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    instance_ids: Vec<String>,
}

#[async_trait(?Send)]
impl Binding for CancelCommand {
    type Service = Ssm;
    const NAME: &'static str = "ssm.cancel_command";
    const CLASS: Class = Class::Convergent;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let answer = at
            .client()
            .cancel_command()
            .command_id(asked.command_id)
            .set_instance_ids(listed(asked.instance_ids))
            .send()
            .await?;
        Ok(reply_to(&answer, json!({})))
    }
}

#[async_trait(?Send)]
impl Changes for CancelCommand {
    /// What it cancels is over.
    const LEAVES: Option<Leaves> = None;

    async fn touches(at: &At<'_, Self>, asked: Arguments) -> Result<Vec<Touch>, EffectError> {
        let ids = if asked.instance_ids.is_empty() {
            instances(&at.reading(), &asked.command_id).await?
        } else {
            asked.instance_ids
        };
        touched(at.aws, at.call, "stop a command on", &ids).await
    }
}

/// The instances that a command was sent to, by name or by tag.
async fn instances(ssm: &Client, command: &str) -> Result<Vec<String>, EffectError> {
    let list = ssm.list_commands().command_id(command).send().await.map_err(|it| failed(&it))?;
    let Some(sent) = list.commands().first() else {
        let message = format!("there is no command {command}");
        return Err(EffectError::new("InvalidCommandId", message));
    };
    if !sent.instance_ids().is_empty() {
        return Ok(sent.instance_ids().to_vec());
    }
    let pages = ssm.list_command_invocations().command_id(command).into_paginator().items().send();
    let all = pages::all(pages, failed).await?;
    Ok(all.into_iter().filter_map(|it| it.instance_id).collect())
}
