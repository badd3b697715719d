//! `ssm.stop_automation_execution`: ends an automation that has not ended. Sent again it changes nothing: one
//! that has ended is refused by AWS, and that is what was wanted.

use async_trait::async_trait;
use aws_sdk_ssm::types::StopType;
use moontide_runtime::effect::{Class, EffectError, Leaves, Maker, Reply, Thing, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Ssm;
use crate::binding::{At, Binding, Changes};
use crate::error::{Failure, failed};
use crate::record::reply_to;

pub(crate) struct StopAutomationExecution;

/// What AWS answers about an automation that has ended.
const ENDED: &str = "InvalidAutomationStatusUpdateException";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    automation_execution_id: String,
    /// `Cancel`, the default, breaks the step off that runs; `Complete` lets it end.
    #[serde(rename = "type", default)]
    how: How,
}

/// How an automation is to end.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
enum How {
    #[default]
    Cancel,
    Complete,
}

impl From<How> for StopType {
    fn from(how: How) -> StopType {
        match how {
            How::Cancel => StopType::Cancel,
            How::Complete => StopType::Complete,
        }
    }
}

#[async_trait(?Send)]
impl Binding for StopAutomationExecution {
    type Service = Ssm;
    const NAME: &'static str = "ssm.stop_automation_execution";
    const CLASS: Class = Class::Convergent;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let answer = at
            .client()
            .stop_automation_execution()
            .automation_execution_id(asked.automation_execution_id)
            .r#type(asked.how.into())
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(reply_to(&answer, json!({}))),
            Err(refused) => match Failure::from(refused) {
                refused if refused.code() == ENDED => Ok(Reply::ok(json!({}))),
                refused => Err(refused),
            },
        }
    }
}

#[async_trait(?Send)]
impl Changes for StopAutomationExecution {
    /// What it stops is over.
    const LEAVES: Option<Leaves> = None;

    /// What may start a document may stop it; which it is, the execution says.
    async fn touches(at: &At<'_, Self>, asked: Arguments) -> Result<Vec<Touch>, EffectError> {
        let id = asked.automation_execution_id;
        let request = at.reading().get_automation_execution().automation_execution_id(&id);
        let answer = request.send().await.map_err(|it| failed(&it))?;
        let document = answer.automation_execution.and_then(|it| it.document_name);
        let what = document.map_or(Thing::Resource(id), Thing::Document);
        Ok(vec![Touch::of("stop", what, Maker::Production)])
    }
}
