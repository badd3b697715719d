//! `drs.find_launch`: the jobs of a launch whose answer nobody has seen.
//!
//! Not an operation of AWS: it looks as a reconciliation does, with the same patience, for whoever comes
//! after the execution that launched. That is how a cleanup learns what there is to clean up.

use async_trait::async_trait;
use aws_sdk_drs::types::Job;
use moontide_runtime::effect::{Call, Class, EffectError, Evidence, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::adopt::{self, Lost, Unfound};
use crate::binding::Binding;
use crate::moment::Moment;
use crate::services::Services;

pub(crate) struct FindLaunch;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// The key of the effect that launched, as the journal has it.
    key: String,
    /// What it was to launch.
    source_server_ids: Vec<String>,
    /// When it was about to be sent.
    since: Moment,
    /// Jobs that are known already: that DRS does not show one of them raises no doubt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    known_job_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[async_trait(?Send)]
impl Binding for FindLaunch {
    const NAME: &'static str = "drs.find_launch";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let lost = Lost {
            key: &asked.key,
            servers: &asked.source_server_ids,
            intended_at: asked.since.timestamp(),
            known: &asked.known_job_ids,
        };
        match adopt::jobs_of(aws, &aws.reading(call).drs, &lost).await {
            Ok(jobs) => {
                let ids: Vec<_> = jobs.iter().map(Job::job_id).collect();
                Ok(Reply::ok(json!({ "job_ids": ids })))
            }
            Err(Unfound::Hidden(evidence)) => Err(Reply::failed(undecided(evidence))),
            Err(Unfound::Failed(error)) if error.trouble.is_some() => Err(Reply::failed(error)),
            Err(Unfound::Failed(error)) => Err(Reply::failed(undecided(Evidence {
                message: format!("the jobs cannot be looked up: {error}"),
                found: json!({ "code": error.code }),
            }))),
        }
    }
}

fn undecided(evidence: Evidence) -> EffectError {
    let mut error = EffectError::new("Undecided", evidence.message);
    error.details = evidence.found;
    error.retryable()
}
