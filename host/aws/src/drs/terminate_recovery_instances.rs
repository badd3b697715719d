//! `drs.terminate_recovery_instances`: ends recovery instances. AWS does not ask whether they were
//! drills; the policy at the door does, with what [`consequences`](Binding::consequences) tells it.

use async_trait::async_trait;
use aws_sdk_drs::Client;
use aws_sdk_drs::types::{Job, JobType, RecoveryInstance};
use aws_types::request_id::RequestId;
use jiff::Timestamp;
use moontide_runtime::effect::{
    Call, Class, Consequences, Destruction, EffectError, Evidence, Finding, Reply,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::job;
use super::lookup::{By, SKEW, is_drill, is_gone, jobs_since, recovery_instances};
use crate::binding::Binding;
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

    async fn consequences(
        aws: &Services,
        call: &Call,
        asked: Arguments,
    ) -> Result<Consequences, EffectError> {
        let drs = &aws.reading(call).drs;
        let there = recovery_instances(drs, By::Instance(&asked.recovery_instance_ids)).await?;
        let destroys = asked.recovery_instance_ids.into_iter().map(|target| Destruction {
            drill: find(&target, &there).is_some_and(is_drill),
            verb: "terminate",
            target,
        });
        Ok(Consequences { destroys: destroys.collect(), ..Default::default() })
    }

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

    async fn reconcile(
        aws: &Services,
        call: &Call,
        asked: Arguments,
        intended_at: Timestamp,
    ) -> Finding {
        let drs = &aws.reading(call).drs;
        let look = async || look(drs, &asked.recovery_instance_ids, intended_at).await;
        match settle(&*aws.clock, aws.settings.settle, look).await {
            Ok(Some(reply)) => Finding::Happened(reply),
            Ok(None) => Finding::Absent,
            Err(error) => Finding::Undecided(Evidence {
                message: format!("the instances cannot be looked up: {error}"),
                found: json!({ "code": error.code }),
            }),
        }
    }
}

/// A job that terminates these instances is adopted, whoever started it: sent again beside it, the
/// request would be refused as a conflict. Without one, instances that are gone are done with.
async fn look(
    drs: &Client,
    ids: &[String],
    intended_at: Timestamp,
) -> Result<Option<Reply>, EffectError> {
    let jobs = jobs_since(drs, intended_at - SKEW).await?;
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
    job.r#type() == Some(&JobType::Terminate) && ids.iter().all(named)
}

fn find<'a>(id: &str, there: &'a [RecoveryInstance]) -> Option<&'a RecoveryInstance> {
    there.iter().find(|it| it.recovery_instance_id() == Some(id))
}
