//! `drs.find_launch`: the jobs of a launch whose answer was not seen.
//!
//! Not an operation of AWS: it looks as a reconciliation does, with the same patience, for the execution that comes
//! after the one that launched. That is how a cleanup learns what there is to clean up.

use async_trait::async_trait;
use aws_sdk_drs::types::Job;
use moontide_runtime::effect::{Class, EffectError, Evidence, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Drs;
use super::adopt::{self, Lost, Unfound};
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::moment::Moment;

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
}

#[async_trait(?Send)]
impl Binding for FindLaunch {
    type Service = Drs;
    const NAME: &'static str = "drs.find_launch";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let lost = Lost {
            key: &asked.key,
            servers: &asked.source_server_ids,
            intended_at: asked.since.timestamp(),
            known: &asked.known_job_ids,
        };
        match adopt::jobs_of(at.aws, &at.reading(), &lost).await {
            Ok(jobs) => {
                let ids: Vec<_> = jobs.iter().map(Job::job_id).collect();
                Ok(Reply::ok(json!({ "job_ids": ids })))
            }
            Err(Unfound::Hidden(evidence)) => Err(undecided(evidence).into()),
            Err(Unfound::Failed(error)) if error.unavailable.is_some() => Err(error.into()),
            Err(Unfound::Failed(error)) => Err(undecided(Evidence {
                message: format!("the jobs cannot be looked up: {error}"),
                found: json!({ "code": error.code }),
            })
            .into()),
        }
    }
}

fn undecided(evidence: Evidence) -> EffectError {
    let mut error = EffectError::new("Undecided", evidence.message);
    error.details = evidence.found;
    error.retryable()
}
