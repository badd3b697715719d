//! What goes on outside although nothing drives the execution any more: jobs, commands and automations that
//! the journal knows as started, and of which it saw no end.

use moontide_runtime::effect::Outcome;
use moontide_runtime::journal::{Body, Entry, Step};
use moontide_runtime::scheduler::ExecutionStatus;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Record;
use crate::words::quoted;

/// Something that was started and whose end was not seen.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Outside {
    /// The operation that started it.
    pub operation: String,
    /// AWS's id of it; `None`: the answer was never seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it is about: servers, instances, a document.
    pub about: Vec<String>,
    /// What to type to stop it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<String>,
    /// The effect's identity.
    #[serde(skip)]
    key: String,
}

impl Outside {
    /// What goes on after a cancel or a failure. While a runner drives it, or after a completion, what was
    /// left going is meant to.
    pub fn of(record: &Record) -> Vec<Outside> {
        let is_cancelled =
            record.state.cancelled_by.is_some() || record.ahead.cancelled_by.is_some();
        // One that a retry has lifted leaves what it had cut off beside what runs again.
        let has_stopped =
            matches!(record.status(), ExecutionStatus::Failed | ExecutionStatus::Cancelled);
        if !is_cancelled && !has_stopped {
            return Vec::new();
        }
        going_on(&record.entries, record.execution.regions.first().map_or("", String::as_str))
    }

    /// What it is, in words: `a launch:`.
    pub fn kind(&self) -> &'static str {
        match self.operation.as_str() {
            "drs.start_recovery" => "a launch:",
            "drs.terminate_recovery_instances" => "a termination:",
            "ssm.send_command" => "a command:",
            _ => "an automation:",
        }
    }

    fn begun(step: &Step, home: &str) -> Option<Outside> {
        let asked = step.arguments.as_ref().unwrap_or(&Value::Null);
        let names = |field: &str| texts(&asked[field]);
        let about = match step.operation.as_str() {
            "drs.start_recovery" => asked["source_servers"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|it| it["source_server_id"].as_str().map(str::to_owned))
                .collect(),
            "drs.terminate_recovery_instances" => names("recovery_instance_ids"),
            "ssm.send_command" => names("instance_ids"),
            "ssm.start_automation_execution" => one(&asked["document_name"]),
            _ => return None,
        };
        let region = asked["region"].as_str().unwrap_or(home).to_owned();
        let (operation, key) = (step.operation.clone(), step.key.as_str().to_owned());
        // Until its id is known, this is where it would be stopped.
        Some(Outside { operation, id: None, about, stop: Some(region), key })
    }

    /// Its answer: an id, or that there is nothing.
    fn answered(&mut self, value: &Value) {
        let id = [&value["job"]["job_id"], &value["command_id"], &value["automation_execution_id"]];
        self.id = id.into_iter().find_map(|it| it.as_str()).map(str::to_owned);
    }

    /// The same, with the command that stops it instead of the Region.
    fn complete(mut self) -> Outside {
        let region = self.stop.take().unwrap_or_default();
        let region =
            if region.is_empty() { region } else { format!(" --region {}", quoted(&region)) };
        self.stop = self.id.as_deref().map(quoted).and_then(|id| match self.operation.as_str() {
            "ssm.send_command" => Some(format!("aws ssm cancel-command --command-id {id}{region}")),
            "ssm.start_automation_execution" => Some(format!(
                "aws ssm stop-automation-execution --automation-execution-id {id} --type Cancel{region}"
            )),
            // A job of DRS cannot be stopped.
            _ => None,
        });
        self
    }
}

/// Folds a journal whose calls go to the Region `home` unless they say otherwise.
pub fn going_on(entries: &[Entry], home: &str) -> Vec<Outside> {
    let mut open: Vec<Outside> = Vec::new();
    for entry in entries {
        match &entry.body {
            Body::Intent { step, attempt: 1 } => open.extend(Outside::begun(step, home)),
            Body::Outcome { step, outcome, .. } => {
                let at = open.iter().position(|it| it.key == step.key.as_str());
                match (outcome, at) {
                    (Outcome::Ok { value }, Some(at)) => open[at].answered(value),
                    (Outcome::Failed { .. }, Some(at)) => drop(open.remove(at)),
                    (Outcome::Ok { value }, None) => {
                        let arguments = step.arguments.as_ref().unwrap_or(&Value::Null);
                        let ended = ended(&step.operation, arguments, value);
                        open.retain(|it| it.id.as_ref().is_none_or(|id| !ended.contains(id)));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    open.into_iter().map(Outside::complete).collect()
}

/// The ids whose end an outcome tells of.
fn ended(operation: &str, asked: &Value, value: &Value) -> Vec<String> {
    match operation {
        "drs.await_jobs" => texts(&asked["job_ids"]),
        "drs.describe_jobs" => {
            let jobs = value["items"].as_array().into_iter().flatten();
            let over = jobs.filter(|job| job["status"] == "COMPLETED");
            over.filter_map(|job| job["job_id"].as_str().map(str::to_owned)).collect()
        }
        "ssm.await_command" | "ssm.cancel_command" => one(&asked["command_id"]),
        "ssm.stop_automation_execution" => one(&asked["automation_execution_id"]),
        "ssm.get_automation_execution" => {
            let going = ["Pending", "InProgress", "Waiting", "Cancelling"];
            let status = value["status"].as_str().unwrap_or("Pending");
            if going.contains(&status) {
                Vec::new()
            } else {
                one(&asked["automation_execution_id"])
            }
        }
        _ => Vec::new(),
    }
}

fn one(value: &Value) -> Vec<String> {
    value.as_str().map(str::to_owned).into_iter().collect()
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}
