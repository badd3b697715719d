//! `CancelCommand`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::error::Error;
use super::input;
use super::reply;
use super::state::Ssm;
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::process::{Id, Order};
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ssm.cancel-command.attempt",
        "CancelCommand only tries: it answers at once, an invocation is Cancelling, then Cancelled, and one that \
         has ended stays as it is.",
        source::SSM_GUIDE,
    ),
    Fact::documented(
        "ssm.cancel-command.unknown",
        "An unknown command is InvalidCommandId; an instance that it was not sent to is InvalidInstanceId.",
        source::SSM_MODEL,
    ),
    Fact::assumed(
        "ssm.cancel-command.time",
        "An agent stops a command within two seconds, and its output is lost.",
        "it kills the process group; Cancelling should be seen by a caller who polls",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    command_id: Option<String>,
    #[serde(default)]
    instance_ids: Vec<String>,
}

pub(super) fn cancel(
    ssm: &mut Ssm,
    estate: &mut Estate,
    now: Timestamp,
    body: &str,
) -> Result<Reply, Error> {
    let Input { command_id, instance_ids } = input::parse(body)?;
    let id = input::check_command_id(command_id)?
        .ok_or_else(|| Error::validation("commandId must not be null"))?;
    let command = ssm
        .commands
        .iter_mut()
        .find(|command| command.id == id)
        .ok_or_else(|| Error::new("InvalidCommandId", format!("There is no command {id}")))?;
    let sent_to = |id: &&String| command.invocations.iter().any(|one| one.instance_id == **id);
    if let Some(stranger) = instance_ids.iter().find(|id| !sent_to(id)) {
        return Err(Error::invalid_instance(stranger));
    }
    let all = instance_ids.is_empty();
    for invocation in &mut command.invocations {
        if all || instance_ids.contains(&invocation.instance_id) {
            if invocation.is_running {
                let (command, instance) = (id.clone(), invocation.instance_id.clone());
                ssm.orders.push(Order::Kill(Id { command, instance }));
            }
            let averted = invocation.cancel(now);
            let instances = &mut estate.instances;
            for instance in instances.iter_mut().filter(|it| it.id == invocation.instance_id) {
                instance.reboots.retain(|reboot| !averted.contains(reboot));
            }
        }
    }
    Ok(reply::reply(200, &json!({})).about(id))
}
