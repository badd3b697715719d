//! What a job's log says about its servers beyond their launch status.

use aws_sdk_drs::Client;
use aws_sdk_drs::types::JobLog;
use moontide_runtime::effect::EffectError;
use serde::Serialize;

use crate::error::failed;
use crate::pages;
use crate::record::{cut, text};

/// How much of an error's text is kept.
const LONGEST_ERROR: usize = 500;

/// A line of the log that reports an error.
#[derive(Debug, Serialize)]
pub(crate) struct LogError {
    /// `SNAPSHOT_FAIL`, `CONVERSION_FAIL`, `LAUNCH_FAILED`, …
    event: Option<String>,
    log_date_time: Option<String>,
    raw_error: Option<String>,
    conversion_server_id: Option<String>,
    target_instance_id: Option<String>,
    /// Which attempt failed, of how many.
    attempt_count: Option<i64>,
    max_attempts_count: Option<i64>,
}

impl LogError {
    /// The error in one sentence.
    pub(crate) fn summary(&self) -> String {
        let event = self.event.as_deref().unwrap_or("trouble");
        match &self.raw_error {
            Some(error) => format!("{event}: {error}"),
            None => event.to_owned(),
        }
    }
}

/// The whole log of a job.
pub(crate) async fn read(drs: &Client, job_id: &str) -> Result<Vec<JobLog>, EffectError> {
    let pages = drs.describe_job_log_items().job_id(job_id).into_paginator().items().send();
    pages::all(pages, failed).await
}

/// The server that a line is about, if it is about one.
pub(crate) fn server(line: &JobLog) -> Option<&str> {
    line.event_data()?.source_server_id()
}

/// Whether a line says that the newest data was *not* used.
pub(crate) fn is_previous_snapshot(line: &JobLog) -> bool {
    line.event().is_some_and(|it| it.as_str() == "USING_PREVIOUS_SNAPSHOT")
}

/// The error that a line reports, if it does.
pub(crate) fn error_of(line: &JobLog) -> Option<LogError> {
    let data = line.event_data();
    let event = line.event().map_or("", |it| it.as_str());
    let bad = event.ends_with("_FAIL")
        || event.ends_with("_FAILED")
        || matches!(event, "SERVER_SKIPPED" | "JOB_CANCEL")
        || data.is_some_and(|it| it.raw_error().is_some());
    bad.then(|| LogError {
        event: text(line.event()),
        log_date_time: line.log_date_time.clone(),
        raw_error: data.and_then(|it| it.raw_error()).map(|it| cut(it, LONGEST_ERROR)),
        conversion_server_id: data.and_then(|it| it.conversion_server_id.clone()),
        target_instance_id: data.and_then(|it| it.target_instance_id.clone()),
        attempt_count: data.map(|it| it.attempt_count).filter(|it| *it > 0),
        max_attempts_count: data.map(|it| it.max_attempts_count).filter(|it| *it > 0),
    })
}
