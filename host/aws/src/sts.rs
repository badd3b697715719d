//! AWS Security Token Service: whose credentials these are.

use async_trait::async_trait;
use moontide_runtime::effect::{Call, Class, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::binding::Binding;
use crate::error;
use crate::record::slim;
use crate::services::Services;

/// `sts.get_caller_identity`: account, ARN and user id of the credentials in use.
pub(crate) struct GetCallerIdentity;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[async_trait(?Send)]
impl Binding for GetCallerIdentity {
    const NAME: &'static str = "sts.get_caller_identity";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, _: Arguments) -> Result<Reply, Reply> {
        let request = aws.reading(call).sts.get_caller_identity();
        let who = request.send().await.map_err(|it| error::reply(Self::CLASS, Self::NAME, &it))?;
        Ok(Reply::ok(slim(json!({
            "account": who.account(),
            "arn": who.arn(),
            "user_id": who.user_id(),
        }))))
    }
}
