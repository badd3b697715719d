//! `ssm.start_automation_execution`: starts an Automation document. AWS recognises a repetition by
//! the token, which derives from the effect's key.

use std::collections::BTreeMap;

use std::collections::HashMap;
use std::hash::Hash;

use async_trait::async_trait;
use moontide_runtime::effect::{Class, EffectError, Leaves, Maker, Reply, Thing, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Ssm;
use crate::binding::{At, Binding, Changes};
use crate::error::Failure;
use crate::record::{self, reply_to, slim};

pub(crate) struct StartAutomationExecution;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    document_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_version: Option<String>,
    #[serde(default, deserialize_with = "record::map")]
    parameters: BTreeMap<String, Vec<String>>,
}

#[async_trait(?Send)]
impl Binding for StartAutomationExecution {
    type Service = Ssm;
    const NAME: &'static str = "ssm.start_automation_execution";
    const CLASS: Class = Class::Token;
    const RETURNS: Option<&'static str> = Some(r#"{"automation_execution_id":"AUTOMATION"}"#);
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let answer = at
            .client()
            .start_automation_execution()
            .document_name(asked.document_name)
            .set_document_version(asked.document_version)
            .set_parameters(some(asked.parameters))
            .client_token(at.call.key.token())
            .send()
            .await?;
        let value = json!({ "automation_execution_id": answer.automation_execution_id() });
        Ok(reply_to(&answer, slim(value)))
    }
}

#[async_trait(?Send)]
impl Changes for StartAutomationExecution {
    /// It ends by itself; what its document makes cannot be told from outside.
    const LEAVES: Option<Leaves> = None;

    /// What a document does when it runs cannot be told from outside: it may stop all there is.
    async fn touches(_: &At<'_, Self>, asked: Arguments) -> Result<Vec<Touch>, EffectError> {
        let document = Thing::Document(asked.document_name);
        Ok(vec![Touch::of("start", document, Maker::Production)])
    }
}

/// The parameters, if there are any: AWS refuses an empty map.
fn some<K: Eq + Hash, V>(parameters: impl IntoIterator<Item = (K, V)>) -> Option<HashMap<K, V>> {
    let parameters: HashMap<K, V> = parameters.into_iter().collect();
    Some(parameters).filter(|it| !it.is_empty())
}
