//! `drs.describe_jobs`: one page of jobs, newest first. To wait for jobs, use `drs.await_jobs`.

use async_trait::async_trait;
use aws_sdk_drs::types;
use moontide_runtime::effect::{Call, Class, Reply};
use serde::{Deserialize, Serialize};

use super::job::JobRecord;
use crate::binding::Binding;
use crate::error;
use crate::moment::Moment;
use crate::record::{Page, listed};
use crate::services::Services;

pub(crate) struct DescribeJobs;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    #[serde(default)]
    filters: Filters,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_results: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Filters {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    job_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_date: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_date: Option<Moment>,
}

#[async_trait(?Send)]
impl Binding for DescribeJobs {
    const NAME: &'static str = "drs.describe_jobs";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let filters = types::DescribeJobsRequestFilters::builder()
            .set_job_ids(listed(asked.filters.job_ids))
            .set_from_date(asked.filters.from_date.map(|it| it.0))
            .set_to_date(asked.filters.to_date.map(|it| it.0))
            .build();
        let nothing = types::DescribeJobsRequestFilters::builder().build();
        let page = aws
            .reading(call)
            .drs
            .describe_jobs()
            .set_filters(Some(filters).filter(|it| *it != nothing))
            .set_max_results(asked.max_results)
            .set_next_token(asked.next_token)
            .send()
            .await
            .map_err(|it| error::reply(Self::CLASS, Self::NAME, &it))?;
        let jobs = page.items.unwrap_or_default().into_iter().map(JobRecord::from);
        Ok(Page::reply(jobs, page.next_token))
    }
}
