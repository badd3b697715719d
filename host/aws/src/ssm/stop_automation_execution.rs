//! `ssm.stop_automation_execution`: ends an automation that has not ended. Sent again it changes nothing: one
//! that has ended is refused by AWS, and that is what was wanted.

use async_trait::async_trait;
use aws_sdk_ssm::types::StopType;
use aws_types::request_id::RequestId;
use moontide_runtime::effect::{Call, Class, EffectError, Maker, Reply, Thing, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::binding::{Binding, Changes};
use crate::error::{self, failed};
use crate::services::Services;

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
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
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
    const NAME: &'static str = "ssm.stop_automation_execution";
    const CLASS: Class = Class::Convergent;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let answer = aws
            .clients_for(Self::CLASS, call)
            .ssm
            .stop_automation_execution()
            .automation_execution_id(asked.automation_execution_id)
            .r#type(asked.how.into())
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let request_id = answer.request_id().map(str::to_owned);
                Ok(Reply::ok(json!({})).with_request_id(request_id))
            }
            Err(refused) if failed(&refused).code == ENDED => Ok(Reply::ok(json!({}))),
            Err(refused) => Err(error::reply(Self::CLASS, Self::NAME, &refused)),
        }
    }
}

#[async_trait(?Send)]
impl Changes for StopAutomationExecution {
    /// What may start a document may stop it; which it is, the execution says.
    async fn touches(
        aws: &Services,
        call: &Call,
        asked: Arguments,
    ) -> Result<Vec<Touch>, EffectError> {
        let id = asked.automation_execution_id;
        let request = aws.reading(call).ssm.get_automation_execution().automation_execution_id(&id);
        let answer = request.send().await.map_err(|it| failed(&it))?;
        let document = answer.automation_execution.and_then(|it| it.document_name);
        let what = document.map_or(Thing::Resource(id), Thing::Document);
        Ok(vec![Touch::of("stop", what, Maker::Production)])
    }
}
