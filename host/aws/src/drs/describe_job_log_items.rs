//! `drs.describe_job_log_items`: one page of a job's log, as AWS writes it.

use async_trait::async_trait;
use aws_sdk_drs::types;
use moontide_runtime::effect::{Call, Class, Reply};
use serde::{Deserialize, Serialize};

use crate::binding::Binding;
use crate::error;
use crate::record::{Page, text};
use crate::services::Services;

pub(crate) struct DescribeJobLogItems;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    job_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_results: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[async_trait(?Send)]
impl Binding for DescribeJobLogItems {
    const NAME: &'static str = "drs.describe_job_log_items";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let page = aws
            .reading(call)
            .drs
            .describe_job_log_items()
            .job_id(asked.job_id)
            .set_max_results(asked.max_results)
            .set_next_token(asked.next_token)
            .send()
            .await
            .map_err(|it| error::reply(Self::CLASS, Self::NAME, &it))?;
        let lines = page.items.unwrap_or_default().into_iter().map(LineRecord::from);
        Ok(Page::reply(lines, page.next_token))
    }
}

/// A line of the log.
#[derive(Debug, Serialize)]
struct LineRecord {
    log_date_time: Option<String>,
    /// Real logs carry events that the model lacks, such as `LAUNCH_END`.
    event: Option<String>,
    event_data: Option<EventData>,
}

/// What a line is about.
#[derive(Debug, Serialize)]
struct EventData {
    source_server_id: Option<String>,
    conversion_server_id: Option<String>,
    target_instance_id: Option<String>,
    raw_error: Option<String>,
    attempt_count: i64,
    max_attempts_count: i64,
}

impl From<types::JobLog> for LineRecord {
    fn from(line: types::JobLog) -> LineRecord {
        LineRecord {
            log_date_time: line.log_date_time,
            event: text(line.event),
            event_data: line.event_data.map(|data| EventData {
                source_server_id: data.source_server_id,
                conversion_server_id: data.conversion_server_id,
                target_instance_id: data.target_instance_id,
                raw_error: data.raw_error,
                attempt_count: data.attempt_count,
                max_attempts_count: data.max_attempts_count,
            }),
        }
    }
}
