//! AWS Security Token Service: whose credentials these are.

use async_trait::async_trait;
use moontide_runtime::effect::{Class, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Sts;
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::record::slim;

/// `sts.get_caller_identity`: account, ARN and user id of the credentials in use.
pub(crate) struct GetCallerIdentity;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {}

#[async_trait(?Send)]
impl Binding for GetCallerIdentity {
    type Service = Sts;
    const NAME: &'static str = "sts.get_caller_identity";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, _: Arguments) -> Result<Reply, Failure> {
        let request = at.client().get_caller_identity();
        let who = request.send().await?;
        Ok(Reply::ok(slim(json!({
            "account": who.account(),
            "arn": who.arn(),
            "user_id": who.user_id(),
        }))))
    }
}
