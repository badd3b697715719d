//! `drs.await_jobs`: returns when jobs have ended, with everything a verdict needs.
//!
//! Not an operation of AWS: it polls `DescribeJobs` through the [`poller`](super::poller), reads the logs
//! once, and journals one outcome. That a job has ended says nothing about its servers.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_drs::Client;
use aws_sdk_drs::types::Job;
use moontide_runtime::effect::{Class, EffectError, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Drs;
use super::job::JobRecord;
use super::job_log::{self, LogError};
use crate::attempts::Attempts;
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::length::Length;
use crate::record::slim;

pub(crate) struct AwaitJobs;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    job_ids: Vec<String>,
    /// When to give up waiting. The jobs go on.
    #[serde(default = "six_hours")]
    timeout: Length,
}

/// What is left of the time after trouble: enough for one look, without which nothing is decided.
const SHORTEST: Duration = Duration::from_secs(10);

fn six_hours() -> Length {
    Length::minutes(6 * 60)
}

#[async_trait(?Send)]
impl Binding for AwaitJobs {
    type Service = Drs;
    const NAME: &'static str = "drs.await_jobs";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let (aws, region) = (at.aws, at.region());
        let once = at.with(Attempts::One);
        let (sight, begun) = (aws.sights.of(at.call), aws.clock.monotonic());
        // Nor does the time begin anew when the door lets the call look again after trouble.
        let left = asked.timeout.0.saturating_sub(sight.used()).max(asked.timeout.0.min(SHORTEST));
        let ended = tokio::select! {
            ended = aws.jobs.ended(region, &once, &asked.job_ids, &sight) => ended,
            // That the time is up while nothing can be seen decides nothing.
            () = aws.clock.sleep(left) => {
                Err(aws.jobs.failure(region).unwrap_or_else(|| timeout(&asked)))
            }
        };
        let seen_until = sight.looking_since().unwrap_or_else(|| aws.clock.monotonic());
        sight.uses(seen_until.saturating_sub(begun));
        let mut records = Vec::new();
        for job in ended? {
            records.push(with_log(&at.reading(), job).await?);
        }
        Ok(Reply::ok(slim(json!({ "jobs": records }))))
    }
}

fn timeout(asked: &Arguments) -> EffectError {
    let seconds = asked.timeout.0.as_secs();
    let mut error =
        EffectError::new("Timeout", format!("not all jobs have ended within {seconds} s"));
    error.details = json!({ "job_ids": asked.job_ids });
    error.retryable()
}

async fn with_log(drs: &Client, job: Job) -> Result<JobRecord, EffectError> {
    let log = job_log::read(drs, job.job_id()).await?;
    let mut record = JobRecord::from(job);
    for server in &mut record.participating_servers {
        let lines =
            || log.iter().filter(|it| job_log::server(it) == server.source_server_id.as_deref());
        server.used_previous_snapshot = Some(lines().any(job_log::is_previous_snapshot));
        let errors: Vec<LogError> = lines().filter_map(job_log::error_of).collect();
        server.error = errors.last().map(LogError::summary);
        server.log_errors = Some(errors);
    }
    let of_job = log.iter().filter(|it| job_log::server(it).is_none());
    record.log_errors = Some(of_job.filter_map(job_log::error_of).collect());
    Ok(record)
}
