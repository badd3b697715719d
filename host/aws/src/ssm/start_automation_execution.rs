//! `ssm.start_automation_execution`: starts an Automation document. AWS recognises a repetition by
//! the token, which derives from the effect's key.

use std::collections::BTreeMap;

use std::collections::HashMap;
use std::hash::Hash;

use async_trait::async_trait;
use aws_types::request_id::RequestId;
use moontide_runtime::effect::{Call, Class, EffectError, Maker, Reply, Thing, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::binding::{Binding, Changes};
use crate::error;
use crate::record::{self, slim};
use crate::services::Services;

pub(crate) struct StartAutomationExecution;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    document_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_version: Option<String>,
    #[serde(default, deserialize_with = "record::map")]
    parameters: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[async_trait(?Send)]
impl Binding for StartAutomationExecution {
    const NAME: &'static str = "ssm.start_automation_execution";
    const CLASS: Class = Class::Token;
    const RETURNS: Option<&'static str> = Some(r#"{"automation_execution_id":"AUTOMATION"}"#);
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let answer = aws
            .clients_for(Self::CLASS, call)
            .ssm
            .start_automation_execution()
            .document_name(asked.document_name)
            .set_document_version(asked.document_version)
            .set_parameters(some(asked.parameters))
            .client_token(call.key.token())
            .send()
            .await
            .map_err(|it| error::reply(Self::CLASS, Self::NAME, &it))?;
        let request_id = answer.request_id().map(str::to_owned);
        let value = json!({ "automation_execution_id": answer.automation_execution_id() });
        Ok(Reply::ok(slim(value)).with_request_id(request_id))
    }
}

#[async_trait(?Send)]
impl Changes for StartAutomationExecution {
    /// What a document does when it runs cannot be told from outside: it may stop all there is.
    async fn touches(_: &Services, _: &Call, asked: Arguments) -> Result<Vec<Touch>, EffectError> {
        let document = Thing::Document(asked.document_name);
        Ok(vec![Touch::of("start", document, Maker::Production)])
    }
}

/// The parameters, if there are any: AWS refuses an empty map.
fn some<K: Eq + Hash, V>(parameters: impl IntoIterator<Item = (K, V)>) -> Option<HashMap<K, V>> {
    let parameters: HashMap<K, V> = parameters.into_iter().collect();
    Some(parameters).filter(|it| !it.is_empty())
}
