//! A job as a runbook sees it.

use aws_sdk_drs::types;
use moontide_runtime::effect::{Evidence, Reply};
use serde::Serialize;
use serde_json::{Value, json};

use super::job_log::LogError;
use crate::record::{Tags, slim, text};

/// The answer of an operation that starts a job: what identifies the job, and nothing that changes
/// later, so that an adopted job gives the same answer as a started one.
pub(crate) fn started(job: &types::Job) -> Value {
    let mut servers: Vec<&str> =
        job.participating_servers().iter().filter_map(|it| it.source_server_id()).collect();
    servers.sort_unstable();
    slim(json!({ "job": {
        "job_id": job.job_id(),
        "arn": job.arn(),
        "type": text(job.r#type()),
        "initiated_by": text(job.initiated_by()),
        "creation_date_time": job.creation_date_time(),
        "source_server_ids": servers,
    }}))
}

/// The reply to `operation`, which answers with a job, says the model, but need not.
pub(crate) fn reply(operation: &str, job: Option<&types::Job>) -> Reply {
    match job {
        Some(job) => Reply::ok(started(job)),
        None => Reply::unknown(Evidence::new(format!("`{operation}` was accepted without a job"))),
    }
}

/// A job and how far it is.
#[derive(Debug, Serialize)]
pub(crate) struct JobRecord {
    job_id: String,
    arn: Option<String>,
    r#type: Option<String>,
    initiated_by: Option<String>,
    /// `PENDING`, `STARTED` or `COMPLETED`. There is no failed job: success is per server.
    status: Option<String>,
    creation_date_time: Option<String>,
    end_date_time: Option<String>,
    tags: Tags,
    pub(crate) participating_servers: Vec<ServerRecord>,
    /// Trouble that the log reports about no server in particular, where the log was read.
    pub(crate) log_errors: Option<Vec<LogError>>,
}

/// A server's part in a job.
#[derive(Debug, Serialize)]
pub(crate) struct ServerRecord {
    pub(crate) source_server_id: Option<String>,
    recovery_instance_id: Option<String>,
    /// `PENDING`, `IN_PROGRESS`, `LAUNCHED`, `FAILED` or `TERMINATED`.
    launch_status: Option<String>,
    launch_actions: Vec<LaunchActionRecord>,
    /// Whether the newest data was *not* used, where the log was read.
    pub(crate) used_previous_snapshot: Option<bool>,
    /// The last of the log's errors, in one sentence, where the log was read.
    pub(crate) error: Option<String>,
    /// All of them.
    pub(crate) log_errors: Option<Vec<LogError>>,
}

/// A post-launch action of a server.
#[derive(Debug, Serialize)]
struct LaunchActionRecord {
    action_id: Option<String>,
    name: Option<String>,
    /// `IN_PROGRESS`, `SUCCEEDED` or `FAILED`.
    status: Option<String>,
    failure_reason: Option<String>,
    /// Whether the launch counts as successful without it.
    optional: Option<bool>,
}

impl From<types::Job> for JobRecord {
    fn from(job: types::Job) -> JobRecord {
        JobRecord {
            job_id: job.job_id,
            arn: job.arn,
            r#type: text(job.r#type),
            initiated_by: text(job.initiated_by),
            status: text(job.status),
            creation_date_time: job.creation_date_time,
            end_date_time: job.end_date_time,
            tags: job.tags.unwrap_or_default().into_iter().collect(),
            participating_servers: job
                .participating_servers
                .unwrap_or_default()
                .into_iter()
                .map(ServerRecord::from)
                .collect(),
            log_errors: None,
        }
    }
}

impl From<types::ParticipatingServer> for ServerRecord {
    fn from(server: types::ParticipatingServer) -> ServerRecord {
        let runs = server.launch_actions_status.and_then(|it| it.runs).unwrap_or_default();
        ServerRecord {
            source_server_id: server.source_server_id,
            recovery_instance_id: server.recovery_instance_id,
            launch_status: text(server.launch_status),
            launch_actions: runs.into_iter().map(LaunchActionRecord::from).collect(),
            used_previous_snapshot: None,
            error: None,
            log_errors: None,
        }
    }
}

impl From<types::LaunchActionRun> for LaunchActionRecord {
    fn from(run: types::LaunchActionRun) -> LaunchActionRecord {
        let action = run.action.as_ref();
        LaunchActionRecord {
            action_id: action.and_then(|it| it.action_id.clone()),
            name: action.and_then(|it| it.name.clone()),
            status: text(run.status),
            failure_reason: run.failure_reason,
            optional: action.and_then(|it| it.optional),
        }
    }
}
