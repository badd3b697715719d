//! `ListCommandInvocations`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::error::Error;
use super::list_commands::Input;
use crate::estate::Estate;
use crate::estate::command::{CommandRun, Invocation};
use crate::wire::Reply;

pub(super) fn list(estate: &Estate, now: Timestamp, body: &str) -> Result<Reply, Error> {
    let mut input: Input = super::parse(body)?;
    let commands = input.select(estate, now)?;
    let found: Vec<(&CommandRun, &Invocation)> = commands
        .into_iter()
        .filter(|command| command.visible <= now)
        .flat_map(|command| command.invocations.iter().map(move |one| (command, one)))
        .filter(|(_, one)| input.instance().is_none_or(|id| one.instance_id == id))
        .collect();
    let (page, next_token) = input.paging.cut(found)?;
    let invocations: Vec<Value> =
        page.into_iter().map(|(command, one)| view(command, one, now, input.details)).collect();
    let about = format!("{} invocations", invocations.len());
    Ok(super::page("CommandInvocations", &invocations, next_token).about(about))
}

fn view(command: &CommandRun, invocation: &Invocation, now: Timestamp, details: bool) -> Value {
    let standing = invocation.standing(now);
    let mut view = json!({
        "CommandId": command.id,
        "InstanceId": invocation.instance_id,
        "InstanceName": invocation.instance_name,
        "Comment": command.order.comment,
        "DocumentName": command.order.document,
        "DocumentVersion": command.order.document_version,
        "RequestedDateTime": super::seconds(command.requested),
        "Status": standing.status,
        "StatusDetails": standing.details,
        "CommandPlugins": [],
    });
    if details {
        let over = invocation.is_over(now);
        let mut plugin = json!({
            "Name": plugin(&command.order.document),
            "Status": standing.status,
            "StatusDetails": standing.details,
            "ResponseCode": if over { invocation.exit_code } else { -1 },
        });
        if let Some(starts) = invocation.starts.filter(|starts| now >= *starts) {
            plugin["ResponseStartDateTime"] = super::seconds(starts);
            if over {
                let output = format!("{}{}", invocation.stdout, invocation.stderr);
                plugin["ResponseFinishDateTime"] = super::seconds(invocation.ends);
                plugin["Output"] = super::cut(&output, 2_500).into();
            }
        }
        view["CommandPlugins"] = json!([plugin]);
    }
    view
}

/// The step of the document that ran.
pub(super) fn plugin(document: &str) -> &'static str {
    if document.contains("PowerShell") { "aws:runPowerShellScript" } else { "aws:runShellScript" }
}
