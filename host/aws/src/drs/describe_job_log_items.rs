//! `drs.describe_job_log_items`: one page of a job's log, as AWS writes it.

use async_trait::async_trait;
use aws_sdk_drs::types;
use moontide_runtime::effect::{Class, Reply};
use serde::{Deserialize, Serialize};

use super::Drs;
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::record::{Page, text};

pub(crate) struct DescribeJobLogItems;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    job_id: String,
}

#[async_trait(?Send)]
impl Binding for DescribeJobLogItems {
    type Service = Drs;
    const NAME: &'static str = "drs.describe_job_log_items";
    const CLASS: Class = Class::Read;
    const IS_PAGED: bool = true;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let page = at
            .client()
            .describe_job_log_items()
            .job_id(asked.job_id)
            .set_max_results(at.paging.max_results)
            .set_next_token(at.paging.next_token.clone())
            .send()
            .await?;
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
