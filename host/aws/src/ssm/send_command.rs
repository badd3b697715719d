//! `ssm.send_command`: runs a document on instances. No token and no tags: the key travels in the
//! comment.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::{Command, CommandFilter, CommandFilterKey};
use jiff::Timestamp;
use moontide_runtime::effect::{Class, EffectError, Evidence, Finding, Leaves, Reply, Touch};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ssm;
use super::comment;
use crate::binding::{At, Binding, Changes, unseen};
use crate::drs::lookup::reach;
use crate::ec2::instances::touched;
use crate::error::{Failure, failed};
use crate::pages;
use crate::record::{self, answered, slim};
use crate::settle::settle;

pub(crate) struct SendCommand;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    instance_ids: Vec<String>,
    document_name: String,
    /// Such as `7`, `$LATEST` or `$DEFAULT`, which is AWS's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document_version: Option<String>,
    #[serde(default, deserialize_with = "record::map")]
    parameters: BTreeMap<String, Vec<String>>,
    /// For people; shortened where our mark leaves no room.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// How long an instance may take to pick the command up.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_seconds: Option<i32>,
    /// Where the agents put the whole output, which AWS cuts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output_s3_bucket_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output_s3_key_prefix: Option<String>,
}

#[async_trait(?Send)]
impl Binding for SendCommand {
    type Service = Ssm;
    const NAME: &'static str = "ssm.send_command";
    const CLASS: Class = Class::Tagged;
    const RETURNS: Option<&'static str> = Some(r#"{"command_id":"COMMAND"}"#);
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let answer = at
            .client()
            .send_command()
            .set_instance_ids(Some(asked.instance_ids))
            .document_name(asked.document_name)
            .set_document_version(asked.document_version)
            .set_output_s3_bucket_name(asked.output_s3_bucket_name)
            .set_output_s3_key_prefix(asked.output_s3_key_prefix)
            .set_parameters(Some(asked.parameters.into_iter().collect()))
            .comment(comment::of(at.call, asked.comment.as_deref()))
            .set_timeout_seconds(asked.timeout_seconds)
            .send()
            .await?;
        let accepted = "`ssm.send_command` was accepted without a command";
        let reply = match answer.command() {
            Some(command) => Reply::ok(sent(command)),
            None => Reply::unknown(Evidence::new(accepted)),
        };
        Ok(answered(&answer, reply))
    }
}

#[async_trait(?Send)]
impl Changes for SendCommand {
    /// It ends by itself; what it makes on an instance goes with that.
    const LEAVES: Option<Leaves> = None;

    async fn touches(at: &At<'_, Self>, asked: Arguments) -> Result<Vec<Touch>, EffectError> {
        touched(at.aws, at.call, "run a command on", &asked.instance_ids).await
    }

    async fn reconcile(at: &At<'_, Self>, asked: Arguments, intended_at: Timestamp) -> Finding {
        let ssm = &at.reading();
        let from = reach(intended_at, at.aws.aws_now());
        let look = async || {
            let mut commands = since(ssm, &asked.document_name, from).await?;
            commands.retain(|it| comment::is_of(it.comment(), at.call));
            Ok(Some(commands).filter(|it| !it.is_empty()))
        };
        match settle(&*at.aws.clock, at.aws.settings.settle, look).await {
            Ok(None) => Finding::Absent,
            Ok(Some(commands)) => adopt(&commands),
            Err(error) => unseen(error, "the commands"),
        }
    }
}

fn adopt(commands: &[Command]) -> Finding {
    match commands {
        [only] => Finding::Happened(Reply::ok(sent(only))),
        several => Finding::Undecided(Evidence {
            message: "several commands carry the key of this one request".into(),
            found: json!({
                "command_ids": several.iter().map(Command::command_id).collect::<Vec<_>>(),
            }),
        }),
    }
}

/// What identifies a command, and nothing that changes later.
fn sent(command: &Command) -> Value {
    slim(json!({
        "command_id": command.command_id(),
        "document_name": command.document_name(),
        "instance_ids": command.instance_ids(),
    }))
}

/// All commands since `from`; of this document, where the filter can name it.
async fn since(ssm: &Client, document: &str, from: Timestamp) -> Result<Vec<Command>, EffectError> {
    // Seconds are as fine as the filter is documented to go.
    let from = Timestamp::from_second(from.as_second()).unwrap_or(from).to_string();
    let filter = |key, value| CommandFilter::builder().key(key).value(value).build();
    let mut filters = vec![filter(CommandFilterKey::InvokedAfter, from)];
    if !document.starts_with("arn:") {
        filters.push(filter(CommandFilterKey::DocumentName, document.to_owned()));
    }
    let filters: Vec<_> = filters
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|it| EffectError::new("InvalidArguments", it.to_string()))?;
    let pages = ssm.list_commands().set_filters(Some(filters)).into_paginator().items().send();
    pages::all(pages, failed).await
}
