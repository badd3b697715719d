//! `StopAutomationExecution`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::error::Error;
use super::input;
use super::reply;
use super::state::Ssm;
use crate::fact::{Fact, source};
use crate::scenario::AutomationStatus;
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ssm.stop-automation.types",
        "StopAutomationExecution ends an execution as Cancelled with the type Cancel, which is the default, or \
         Complete.",
        source::SSM_MODEL,
    ),
    Fact::documented(
        "ssm.stop-automation.unknown",
        "An unknown execution is AutomationExecutionNotFoundException.",
        source::SSM_MODEL,
    ),
    Fact::assumed(
        "ssm.stop-automation.ended",
        "An execution that has ended is InvalidAutomationStatusUpdateException.",
        "the model says that the status update is invalid, and not when",
    ),
    Fact::assumed(
        "ssm.stop-automation.at-once",
        "A stopped execution is Cancelled at once, without outputs, whatever the type.",
        "there are no steps that could end first",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    automation_execution_id: Option<String>,
    r#type: Option<String>,
}

pub(super) fn stop(ssm: &mut Ssm, now: Timestamp, body: &str) -> Result<Reply, Error> {
    let input: Input = input::parse(body)?;
    let id = input
        .automation_execution_id
        .ok_or_else(|| Error::validation("automationExecutionId must not be null"))?;
    let how = input.r#type.unwrap_or_else(|| "Cancel".to_owned());
    if !["Cancel", "Complete"].contains(&how.as_str()) {
        return Err(Error::validation("type must be one of Complete, Cancel"));
    }
    let run = ssm.automations.iter_mut().find(|run| run.id == id).ok_or_else(|| {
        let message = format!("Automation execution {id} does not exist");
        Error::new("AutomationExecutionNotFoundException", message)
    })?;
    if !run.stop(AutomationStatus::Cancelled, now) {
        let message = format!("Automation execution {id} has ended");
        return Err(Error::new("InvalidAutomationStatusUpdateException", message));
    }
    Ok(reply::reply(200, &json!({})).about(format!("{id}: {how}")))
}
