//! `ListCommandInvocations`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::command::{CommandRun, Invocation};
use super::error::Error;
use super::input;
use super::list_commands::Input;
use super::reply;
use super::state::Ssm;
use crate::wire::Reply;

pub(super) fn list(ssm: &Ssm, now: Timestamp, body: &str) -> Result<Reply, Error> {
    let mut input: Input = input::parse(body)?;
    let commands = input.select(ssm, now)?;
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
    Ok(reply::page("CommandInvocations", &invocations, next_token).about(about))
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
        "RequestedDateTime": reply::seconds(command.requested),
        "Status": standing.status,
        "StatusDetails": standing.details,
        "CommandPlugins": [],
    });
    if details {
        let over = invocation.is_over(now);
        let mut plugin = json!({
            "Name": command.order.plugin(),
            "Status": standing.status,
            "StatusDetails": standing.details,
            "ResponseCode": if over { invocation.exit_code } else { -1 },
        });
        if let Some(starts) = invocation.starts.filter(|starts| now >= *starts) {
            plugin["ResponseStartDateTime"] = reply::seconds(starts);
            if over {
                let output = format!("{}{}", invocation.stdout, invocation.stderr);
                plugin["ResponseFinishDateTime"] = reply::seconds(invocation.ends);
                plugin["Output"] = reply::cut(&output, 2_500).into();
            }
        }
        view["CommandPlugins"] = json!([plugin]);
    }
    view
}
