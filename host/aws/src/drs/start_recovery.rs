//! `drs.start_recovery`: launches recovery instances. No token, and destructive when it runs twice.
//!
//! What it starts can be recognised by the tags on the job; see [`adopt`] for how.

use async_trait::async_trait;
use aws_sdk_drs::types::StartRecoveryRequestSourceServer;
use aws_smithy_types::error::operation::BuildError;
use jiff::Timestamp;
use moontide_runtime::effect::{Class, EffectError, Finding, Leaves, Reply, Touch};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Drs;
use super::terminate_recovery_instances::TerminateRecoveryInstances;
use super::{adopt, job, replaced};
use crate::binding::{At, Binding, Changes, Paging};
use crate::error::Failure;
use crate::record::{self, Tags, answered};
use crate::tags;

pub(crate) struct StartRecovery;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    source_servers: Vec<SourceServer>,
    /// Without a default: a field that was left away launches no production.
    is_drill: bool,
    /// More tags for the job.
    #[serde(default, deserialize_with = "record::map")]
    tags: Tags,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceServer {
    source_server_id: String,
    /// A point in time; absent: the newest data.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_snapshot_id: Option<String>,
}

impl Arguments {
    fn server_ids(&self) -> Vec<String> {
        self.source_servers.iter().map(|it| it.source_server_id.clone()).collect()
    }
}

impl SourceServer {
    fn into_sdk(self) -> Result<StartRecoveryRequestSourceServer, BuildError> {
        StartRecoveryRequestSourceServer::builder()
            .source_server_id(self.source_server_id)
            .set_recovery_snapshot_id(self.recovery_snapshot_id)
            .build()
    }
}

#[async_trait(?Send)]
impl Binding for StartRecovery {
    type Service = Drs;
    const NAME: &'static str = "drs.start_recovery";
    const CLASS: Class = Class::Tagged;
    const RETURNS: Option<&'static str> = Some(r#"{"job":{"job_id":"JOB"}}"#);
    type Arguments = Arguments;

    fn validate(asked: &Arguments, _: &Paging) -> Result<(), EffectError> {
        if asked.source_servers.is_empty() {
            let message = format!("`{}`: `source_servers` is empty", Self::NAME);
            return Err(EffectError::new("InvalidArguments", message));
        }
        tags::check(Self::NAME, &asked.tags)
    }

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let servers = asked.source_servers.into_iter().map(SourceServer::into_sdk);
        let servers: Vec<_> = servers.collect::<Result<_, _>>()?;
        let answer = at
            .client()
            .start_recovery()
            .set_source_servers(Some(servers))
            .is_drill(asked.is_drill)
            .set_tags(Some(tags::with_ours(asked.tags, at.call)))
            .send()
            .await?;
        Ok(answered(&answer, job::reply(Self::NAME, answer.job())))
    }
}

#[async_trait(?Send)]
impl Changes for StartRecovery {
    /// The instances of its job, of which AWS keeps the record.
    const LEAVES: Option<Leaves> = Some(Leaves {
        put_away_by: TerminateRecoveryInstances::NAME,
        about: |asked| {
            let servers = asked["source_servers"].as_array().into_iter().flatten();
            let id = |server: &Value| server["source_server_id"].as_str().map(str::to_owned);
            servers.filter_map(id).collect()
        },
        named: |answer| answer["job"]["job_id"].as_str().map(str::to_owned),
    });

    async fn touches(at: &At<'_, Self>, asked: Arguments) -> Result<Vec<Touch>, EffectError> {
        replaced::launches(at.aws, at.call, &asked.server_ids(), asked.is_drill).await
    }

    async fn reconcile(at: &At<'_, Self>, asked: Arguments, intended_at: Timestamp) -> Finding {
        adopt::started_job(at.aws, at.call, &asked.server_ids(), intended_at).await
    }
}
