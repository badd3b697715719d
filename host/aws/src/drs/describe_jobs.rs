//! `drs.describe_jobs`: one page of jobs, newest first. To wait for jobs, use `drs.await_jobs`.

use async_trait::async_trait;
use aws_sdk_drs::types;
use moontide_runtime::effect::{Class, Reply};
use serde::{Deserialize, Serialize};

use super::Drs;
use super::job::JobRecord;
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::moment::Moment;
use crate::record::{Page, listed};

pub(crate) struct DescribeJobs;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    #[serde(default)]
    filters: Filters,
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
    type Service = Drs;
    const NAME: &'static str = "drs.describe_jobs";
    const CLASS: Class = Class::Read;
    const IS_PAGED: bool = true;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let filters = types::DescribeJobsRequestFilters::builder()
            .set_job_ids(listed(asked.filters.job_ids))
            .set_from_date(asked.filters.from_date.map(|it| it.0))
            .set_to_date(asked.filters.to_date.map(|it| it.0))
            .build();
        let nothing = types::DescribeJobsRequestFilters::builder().build();
        let page = at
            .client()
            .describe_jobs()
            .set_filters(Some(filters).filter(|it| *it != nothing))
            .set_max_results(at.paging.max_results)
            .set_next_token(at.paging.next_token.clone())
            .send()
            .await?;
        let jobs = page.items.unwrap_or_default().into_iter().map(JobRecord::from);
        Ok(Page::reply(jobs, page.next_token))
    }
}
