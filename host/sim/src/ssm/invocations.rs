//! `GetCommandInvocation`.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::error::Error;
use super::input;
use super::reply;
use super::state::Ssm;
use crate::fact::{Fact, source};
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ssm.invocation.states",
        "An invocation is Pending, InProgress, then Success, Failed or TimedOut; ResponseCode is -1 \
         until it is over.",
        source::SSM_GUIDE,
    ),
    Fact::observed(
        "ssm.invocation.late",
        "Right after SendCommand, GetCommandInvocation answers InvocationDoesNotExist, and \
         ListCommandInvocations an empty list.",
        "issue 2701 of boto/boto3, issue 3546 of aws/aws-cli",
    ),
    Fact::assumed(
        "ssm.command.at-once",
        "ListCommands shows a command at once, with its comment.",
        "its list is of commands, which SendCommand has returned already",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    command_id: Option<String>,
    instance_id: Option<String>,
}

pub(super) fn get(ssm: &Ssm, now: Timestamp, body: &str) -> Result<Reply, Error> {
    let input: Input = input::parse(body)?;
    let command_id = input::check_command_id(input.command_id)?
        .ok_or_else(|| Error::validation("commandId must not be null"))?;
    let instance_id =
        input.instance_id.ok_or_else(|| Error::validation("instanceId must not be null"))?;
    let (command, invocation) = ssm
        .commands
        .iter()
        .find(|command| command.id == command_id && command.visible <= now)
        .and_then(|command| {
            let mut invocations = command.invocations.iter();
            Some((command, invocations.find(|one| one.instance_id == instance_id)?))
        })
        .ok_or_else(|| Error::new("InvocationDoesNotExist", "The invocation does not exist."))?;

    let standing = invocation.standing(now);
    let over = invocation.is_over(now);
    let mut view = json!({
        "CommandId": command.id,
        "InstanceId": instance_id,
        "Comment": command.order.comment,
        "DocumentName": command.order.document,
        "DocumentVersion": command.order.document_version,
        "PluginName": command.order.plugin(),
        "ResponseCode": if over { invocation.exit_code } else { -1 },
        "Status": standing.status,
        "StatusDetails": standing.details,
        "StandardOutputContent": "",
        "StandardErrorContent": "",
        "StandardOutputUrl": "",
        "StandardErrorUrl": "",
        "ExecutionStartDateTime": "",
        "ExecutionEndDateTime": "",
        "ExecutionElapsedTime": "",
    });
    if let Some(starts) = invocation.starts.filter(|starts| now >= *starts) {
        view["ExecutionStartDateTime"] = starts.to_string().into();
        if over {
            let took: SignedDuration = invocation.ends.duration_since(starts);
            view["ExecutionEndDateTime"] = invocation.ends.to_string().into();
            view["ExecutionElapsedTime"] = took.to_string().into();
            view["StandardOutputContent"] = reply::cut(&invocation.stdout, 24_000).into();
            view["StandardErrorContent"] = reply::cut(&invocation.stderr, 8_000).into();
        }
    }
    Ok(reply::reply(200, &view).about(format!("{command_id}: {}", standing.details)))
}
