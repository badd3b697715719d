//! `GetAutomationExecution`.

use jiff::Timestamp;
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
        "ssm.automation.states",
        "An automation is Pending, InProgress, then Success, Failed, TimedOut or Cancelled.",
        source::SSM_GUIDE,
    ),
    Fact::documented(
        "ssm.automation.unknown",
        "An unknown execution is AutomationExecutionNotFoundException.",
        source::SSM_MODEL,
    ),
    Fact::assumed(
        "ssm.automation.at-once",
        "GetAutomationExecution knows an execution at once; it is Pending for two seconds.",
        "no contrary report is known, and Pending should be seen by a caller who polls",
    ),
    Fact::assumed(
        "ssm.automation.no-steps",
        "An automation shows no steps, and its outputs and failure message only at its end.",
        "there is no document store behind the simulator",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    automation_execution_id: Option<String>,
}

pub(super) fn get(ssm: &Ssm, now: Timestamp, body: &str) -> Result<Reply, Error> {
    let input: Input = input::parse(body)?;
    let id = input
        .automation_execution_id
        .ok_or_else(|| Error::validation("automationExecutionId must not be null"))?;
    if id.chars().count() != 36 {
        return Err(Error::validation("automationExecutionId must have a length of 36"));
    }
    let run = ssm.automations.iter().find(|run| run.id == id).ok_or_else(|| {
        let message = format!("Automation execution {id} does not exist");
        Error::new("AutomationExecutionNotFoundException", message)
    })?;
    let order = &run.order;
    let status = run.status(now);
    let mut view = json!({
        "AutomationExecutionId": run.id,
        "DocumentName": order.document,
        "DocumentVersion": order.document_version.as_deref().unwrap_or("1"),
        "ExecutionStartTime": reply::seconds(run.requested),
        "AutomationExecutionStatus": status,
        "StepExecutions": [],
        "StepExecutionsTruncated": false,
        "Mode": "Auto",
    });
    if let Some(parameters) = &order.parameters {
        view["Parameters"] = json!(parameters);
    }
    if run.is_over(now) {
        view["ExecutionEndTime"] = reply::seconds(run.ends);
        if let Some(message) = &run.failure_message {
            view["FailureMessage"] = json!(message);
        }
        if !run.outputs.is_empty() {
            view["Outputs"] = json!(run.outputs);
        }
    }
    Ok(reply::reply(200, &json!({ "AutomationExecution": view })).about(format!("{id}: {status}")))
}
