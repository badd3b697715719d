//! `ListCommands`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::command::CommandRun;
use super::error::Error;
use super::input;
use super::paging::Paging;
use super::reply;
use super::state::Ssm;
use crate::wire::Reply;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    command_id: Option<String>,
    instance_id: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    #[serde(default)]
    pub(super) details: bool,
    #[serde(flatten)]
    pub(super) paging: Paging,
}

#[derive(Deserialize)]
struct Filter {
    key: String,
    value: String,
}

pub(super) fn list(ssm: &Ssm, now: Timestamp, body: &str) -> Result<Reply, Error> {
    let mut input: Input = input::parse(body)?;
    let found = input.select(ssm, now)?;
    let (page, next_token) = input.paging.cut(found)?;
    let commands: Vec<Value> = page.into_iter().map(|command| view(command, now)).collect();
    let about = format!("{} commands", commands.len());
    Ok(reply::page("Commands", &commands, next_token).about(about))
}

impl Input {
    /// The commands that are asked for, newest first.
    pub(super) fn select<'a>(
        &mut self,
        ssm: &'a Ssm,
        now: Timestamp,
    ) -> Result<Vec<&'a CommandRun>, Error> {
        let id = input::check_command_id(self.command_id.take())?;
        let mut found = Vec::new();
        for command in ssm.commands.iter().rev() {
            let on = |instance: &String| {
                command.invocations.iter().any(|one| one.instance_id == *instance)
            };
            let mut wanted = id.as_ref().is_none_or(|id| command.id == *id)
                && self.instance_id.as_ref().is_none_or(on);
            for filter in &self.filters {
                wanted &= filter.admits(command, now)?;
            }
            if wanted {
                found.push(command);
            }
        }
        Ok(found)
    }

    /// The instance that is asked for, if only one is.
    pub(super) fn instance(&self) -> Option<&str> {
        self.instance_id.as_deref()
    }
}

impl Filter {
    fn admits(&self, command: &CommandRun, now: Timestamp) -> Result<bool, Error> {
        let moment = || {
            self.value
                .parse::<Timestamp>()
                .map_err(|_| Error::validation(format!("{:?} is not a date and time", self.value)))
        };
        match self.key.as_str() {
            "InvokedAfter" => Ok(command.requested >= moment()?),
            "InvokedBefore" => Ok(command.requested < moment()?),
            "DocumentName" => Ok(command.order.document == self.value),
            "Status" => Ok(command.status(now) == self.value),
            key => Err(Error::new("InvalidFilterKey", format!("Unknown filter key {key}"))),
        }
    }
}

/// A command as Systems Manager shows it.
pub(super) fn view(command: &CommandRun, now: Timestamp) -> Value {
    let order = &command.order;
    let count = |wanted: &[&str]| {
        let is_wanted = |status: &&str| wanted.contains(status);
        command.invocations.iter().map(|one| one.standing(now).status).filter(is_wanted).count()
    };
    let undelivered =
        command.invocations.iter().filter(|one| one.starts.is_none() && one.is_over(now)).count();
    let status = command.status(now);
    let instance_ids: Vec<&str> = match order.targets.as_array() {
        Some(targets) if targets.is_empty() => {
            command.invocations.iter().map(|one| one.instance_id.as_str()).collect()
        }
        _ => Vec::new(),
    };
    json!({
        "CommandId": command.id,
        "DocumentName": order.document,
        "DocumentVersion": order.document_version,
        "Comment": order.comment,
        "ExpiresAfter": reply::seconds(command.requested + order.delivery_timeout + order.execution_timeout),
        "Parameters": order.parameters,
        "InstanceIds": instance_ids,
        "Targets": order.targets,
        "RequestedDateTime": reply::seconds(command.requested),
        "Status": status,
        "StatusDetails": if command.invocations.is_empty() { "NoInstancesInTag" } else { status },
        "MaxConcurrency": "50",
        "MaxErrors": "0",
        "TargetCount": command.invocations.len(),
        "CompletedCount": count(&["Success", "Failed", "TimedOut"]),
        "ErrorCount": count(&["Failed", "TimedOut"]),
        "DeliveryTimedOutCount": undelivered,
        "TimeoutSeconds": order.delivery_timeout.as_secs(),
    })
}
