//! `ec2.describe_instance_status`: one page of states and status checks.

use async_trait::async_trait;
use aws_sdk_ec2::types;
use moontide_runtime::effect::{Call, Class, Reply};
use serde::{Deserialize, Serialize};

use super::instances::Filter;
use crate::binding::Binding;
use crate::error;
use crate::record::{Page, listed, text};
use crate::services::Services;

pub(crate) struct DescribeInstanceStatus;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    instance_ids: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    filters: Vec<Filter>,
    /// Also those that do not run; AWS's default is to leave them out.
    #[serde(default)]
    include_all_instances: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_results: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[async_trait(?Send)]
impl Binding for DescribeInstanceStatus {
    const NAME: &'static str = "ec2.describe_instance_status";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let page = aws
            .reading(call)
            .ec2
            .describe_instance_status()
            .set_instance_ids(listed(asked.instance_ids))
            .set_filters(Filter::into_sdk(asked.filters))
            .include_all_instances(asked.include_all_instances)
            .set_max_results(asked.max_results)
            .set_next_token(asked.next_token)
            .send()
            .await
            .map_err(|it| error::reply(Self::CLASS, Self::NAME, &it))?;
        let statuses = page.instance_statuses.unwrap_or_default().into_iter();
        Ok(Page::reply(statuses.map(StatusRecord::from), page.next_token))
    }
}

/// An instance's state and its two status checks.
#[derive(Debug, Serialize)]
struct StatusRecord {
    instance_id: Option<String>,
    /// `pending`, `running`, ….
    instance_state: Option<String>,
    /// What the operating system answers: `ok`, `impaired`, `initializing`, …
    instance_status: Option<String>,
    /// What the hardware under it says, in the same words.
    system_status: Option<String>,
}

impl From<types::InstanceStatus> for StatusRecord {
    fn from(status: types::InstanceStatus) -> StatusRecord {
        StatusRecord {
            instance_id: status.instance_id,
            instance_state: text(status.instance_state.and_then(|it| it.name)),
            instance_status: text(status.instance_status.and_then(|it| it.status)),
            system_status: text(status.system_status.and_then(|it| it.status)),
        }
    }
}
