//! `drs.terminate_recovery_instances`: ends recovery instances. AWS does not ask whether they were
//! drills; the policy at the door does, with what [`touches`](Changes::touches) tells it.

use async_trait::async_trait;
use aws_sdk_drs::Client;
use aws_sdk_drs::types::{Job, JobStatus, JobType, RecoveryInstance};
use jiff::Timestamp;
use moontide_runtime::effect::{Class, EffectError, Finding, Leaves, Reply, Touch};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Drs;
use super::job;
use super::lookup::{By, is_gone, jobs_since, reach, recovery_instances};
use crate::binding::{At, Binding, Changes, unseen};
use crate::ec2::instances::touched;
use crate::error::Failure;
use crate::record::answered;
use crate::settle::settle;

pub(crate) struct TerminateRecoveryInstances;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    recovery_instance_ids: Vec<String>,
}

#[async_trait(?Send)]
impl Binding for TerminateRecoveryInstances {
    type Service = Drs;
    const NAME: &'static str = "drs.terminate_recovery_instances";
    const CLASS: Class = Class::Convergent;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let answer = at
            .client()
            .terminate_recovery_instances()
            .set_recovery_instance_ids(Some(asked.recovery_instance_ids))
            .send()
            .await?;
        Ok(answered(&answer, job::reply(Self::NAME, answer.job())))
    }
}

#[async_trait(?Send)]
impl Changes for TerminateRecoveryInstances {
    /// What it ends is gone.
    const LEAVES: Option<Leaves> = None;

    async fn touches(at: &At<'_, Self>, asked: Arguments) -> Result<Vec<Touch>, EffectError> {
        touched(at.aws, at.call, "terminate", &asked.recovery_instance_ids).await
    }

    async fn reconcile(at: &At<'_, Self>, asked: Arguments, intended_at: Timestamp) -> Finding {
        let drs = at.reading();
        let since = reach(intended_at, at.aws.aws_now());
        let look = async || look(&drs, &asked.recovery_instance_ids, since).await;
        match settle(&*at.aws.clock, at.aws.settings.settle, look).await {
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
