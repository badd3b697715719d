//! `ssm.describe_instance_information`: one page of instances whose agent has reported.

use async_trait::async_trait;
use aws_sdk_ssm::types;
use moontide_runtime::effect::{Class, Reply};
use serde::{Deserialize, Serialize};

use super::Ssm;
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::record::{Page, text};

pub(crate) struct DescribeInstanceInformation;

/// What AWS allows on a page, at most; its default is less than an id filter takes.
const LARGEST_PAGE: i32 = 50;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// A shorter way to write the filter `InstanceIds`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    instance_ids: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    filters: Vec<Filter>,
}

/// A filter, as SSM takes them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Such as `InstanceIds` or `PingStatus`.
    key: String,
    values: Vec<String>,
}

#[async_trait(?Send)]
impl Binding for DescribeInstanceInformation {
    type Service = Ssm;
    const NAME: &'static str = "ssm.describe_instance_information";
    const CLASS: Class = Class::Read;
    const IS_PAGED: bool = true;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, mut asked: Arguments) -> Result<Reply, Failure> {
        let mut max_results = at.paging.max_results;
        if !asked.instance_ids.is_empty() {
            asked.filters.push(Filter { key: "InstanceIds".into(), values: asked.instance_ids });
            max_results = max_results.or(Some(LARGEST_PAGE));
        }
        let filters = asked.filters.into_iter().map(|it| {
            types::InstanceInformationStringFilter::builder()
                .key(it.key)
                .set_values(Some(it.values))
                .build()
        });
        let filters: Vec<_> = filters.collect::<Result<_, _>>()?;
        let page = at
            .client()
            .describe_instance_information()
            .set_filters(Some(filters).filter(|it| !it.is_empty()))
            .set_max_results(max_results)
            .set_next_token(at.paging.next_token.clone())
            .send()
            .await?;
        let instances = page.instance_information_list.unwrap_or_default().into_iter();
        Ok(Page::reply(instances.map(InstanceRecord::from), page.next_token))
    }
}

/// An instance as its agent describes it.
#[derive(Debug, Serialize)]
struct InstanceRecord {
    instance_id: Option<String>,
    /// `Online`, `ConnectionLost` or `Inactive`.
    ping_status: Option<String>,
    last_ping_date_time: Option<String>,
    agent_version: Option<String>,
    platform_type: Option<String>,
    platform_name: Option<String>,
    platform_version: Option<String>,
    computer_name: Option<String>,
    ip_address: Option<String>,
}

impl From<types::InstanceInformation> for InstanceRecord {
    fn from(instance: types::InstanceInformation) -> InstanceRecord {
        InstanceRecord {
            instance_id: instance.instance_id,
            ping_status: text(instance.ping_status),
            last_ping_date_time: instance.last_ping_date_time.map(|it| it.to_string()),
            agent_version: instance.agent_version,
            platform_type: text(instance.platform_type),
            platform_name: instance.platform_name,
            platform_version: instance.platform_version,
            computer_name: instance.computer_name,
            ip_address: instance.ip_address,
        }
    }
}
