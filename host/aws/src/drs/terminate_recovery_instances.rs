//! `drs.terminate_recovery_instances`: ends recovery instances. AWS does not ask whether they were
//! drills; the policy at the door does, with what [`touches`](Changes::touches) tells it.

use async_trait::async_trait;
use aws_sdk_drs::Client;
use aws_sdk_drs::types::{Job, JobStatus, JobType, RecoveryInstance};
use aws_types::request_id::RequestId;
use jiff::Timestamp;
use moontide_runtime::effect::{Call, Class, EffectError, Finding, Reply, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::job;
use super::lookup::{By, is_gone, jobs_since, reach, recovery_instances};
use crate::binding::{Binding, Changes, unseen};
use crate::ec2::instances::touched;
use crate::error;
use crate::services::Services;
use crate::settle::settle;

pub(crate) struct TerminateRecoveryInstances;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    recovery_instance_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[async_trait(?Send)]
impl Binding for TerminateRecoveryInstances {
    const NAME: &'static str = "drs.terminate_recovery_instances";
    const CLASS: Class = Class::Convergent;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let answer = aws
            .clients_for(Self::CLASS, call)
            .drs
            .terminate_recovery_instances()
            .set_recovery_instance_ids(Some(asked.recovery_instance_ids))
            .send()
            .await
            .map_err(|it| error::reply(Self::CLASS, Self::NAME, &it))?;
        let request_id = answer.request_id().map(str::to_owned);
        Ok(job::reply(Self::NAME, answer.job()).with_request_id(request_id))
    }
}

#[async_trait(?Send)]
impl Changes for TerminateRecoveryInstances {
    async fn touches(
        aws: &Services,
        call: &Call,
        asked: Arguments,
    ) -> Result<Vec<Touch>, EffectError> {
        touched(aws, call, "terminate", &asked.recovery_instance_ids).await
    }

    async fn reconcile(
        aws: &Services,
        call: &Call,
        asked: Arguments,
        intended_at: Timestamp,
    ) -> Finding {
        let drs = &aws.reading(call).drs;
        let since = reach(intended_at, aws.aws_now());
        let look = async || look(drs, &asked.recovery_instance_ids, since).await;
        match settle(&*aws.clock, aws.settings.settle, look).await {
            Ok(Some(reply)) => Finding::Happened(reply),
            Ok(None) => Finding::Absent,
            Err(error) => unseen(error, "the instances"),
        }
    }
}

/// A job that is terminating these instances is adopted, also one that others started: sent again beside it, the request
/// would be refused as a conflict. Without one, instances that are gone are done with. A job that has ended and
/// left an instance there proves nothing: the request is sent again.
async fn look(
    drs: &Client,
    ids: &[String],
    since: Timestamp,
) -> Result<Option<Reply>, EffectError> {
    let jobs = jobs_since(drs, since).await?;
    if let Some(job) = jobs.iter().find(|it| terminates(it, ids)) {
        return Ok(Some(Reply::ok(job::started(job))));
    }
    let there = recovery_instances(drs, By::Instance(ids)).await?;
    let gone = ids.iter().all(|id| find(id, &there).is_none_or(is_gone));
    Ok(gone.then(|| Reply::ok(json!({}))))
}

fn terminates(job: &Job, ids: &[String]) -> bool {
    let named = |id: &String| {
        job.participating_servers().iter().any(|it| it.recovery_instance_id() == Some(id))
    };
    let runs = job.status() != Some(&JobStatus::Completed);
    runs && job.r#type() == Some(&JobType::Terminate) && ids.iter().all(named)
}

fn find<'a>(id: &str, there: &'a [RecoveryInstance]) -> Option<&'a RecoveryInstance> {
    there.iter().find(|it| it.recovery_instance_id() == Some(id))
}
