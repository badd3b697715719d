//! `ssm.get_automation_execution`: how far an automation is, and what it put out.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ssm::types;
use moontide_runtime::effect::{Class, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Ssm;
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::record::{slim, text};

pub(crate) struct GetAutomationExecution;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    automation_execution_id: String,
}

#[async_trait(?Send)]
impl Binding for GetAutomationExecution {
    type Service = Ssm;
    const NAME: &'static str = "ssm.get_automation_execution";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let answer = at
            .client()
            .get_automation_execution()
            .automation_execution_id(asked.automation_execution_id)
            .send()
            .await?;
        let execution = answer.automation_execution.map(ExecutionRecord::from);
        Ok(Reply::ok(slim(json!({ "automation_execution": execution }))))
    }
}

/// An automation and its steps.
#[derive(Debug, Serialize)]
struct ExecutionRecord {
    automation_execution_id: Option<String>,
    document_name: Option<String>,
    /// `InProgress`, `Waiting`, `Success`, `Failed`, `TimedOut`, `Cancelled`, …
    automation_execution_status: Option<String>,
    execution_start_time: Option<String>,
    execution_end_time: Option<String>,
    failure_message: Option<String>,
    current_step_name: Option<String>,
    outputs: BTreeMap<String, Vec<String>>,
    step_executions: Vec<StepRecord>,
}

/// A step of an automation.
#[derive(Debug, Serialize)]
struct StepRecord {
    step_name: Option<String>,
    step_status: Option<String>,
    failure_message: Option<String>,
}

impl From<types::AutomationExecution> for ExecutionRecord {
    fn from(execution: types::AutomationExecution) -> ExecutionRecord {
        let steps = execution.step_executions.unwrap_or_default().into_iter();
        ExecutionRecord {
            automation_execution_id: execution.automation_execution_id,
            document_name: execution.document_name,
            automation_execution_status: text(execution.automation_execution_status),
            execution_start_time: execution.execution_start_time.map(|it| it.to_string()),
            execution_end_time: execution.execution_end_time.map(|it| it.to_string()),
            failure_message: execution.failure_message,
            current_step_name: execution.current_step_name,
            outputs: execution.outputs.unwrap_or_default().into_iter().collect(),
            step_executions: steps
                .map(|it| StepRecord {
                    step_name: it.step_name,
                    step_status: text(it.step_status),
                    failure_message: it.failure_message,
                })
                .collect(),
        }
    }
}
