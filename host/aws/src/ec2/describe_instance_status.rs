//! `ec2.describe_instance_status`: one page of states and status checks.

use async_trait::async_trait;
use aws_sdk_ec2::types;
use moontide_runtime::effect::{Class, Reply};
use serde::{Deserialize, Serialize};

use super::Ec2;
use super::instances::Filter;
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::record::{Page, listed, text};

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
}

#[async_trait(?Send)]
impl Binding for DescribeInstanceStatus {
    type Service = Ec2;
    const NAME: &'static str = "ec2.describe_instance_status";
    const CLASS: Class = Class::Read;
    const IS_PAGED: bool = true;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let page = at
            .client()
            .describe_instance_status()
            .set_instance_ids(listed(asked.instance_ids))
            .set_filters(Filter::into_sdk(asked.filters))
            .include_all_instances(asked.include_all_instances)
            .set_max_results(at.paging.max_results)
            .set_next_token(at.paging.next_token.clone())
            .send()
            .await?;
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
