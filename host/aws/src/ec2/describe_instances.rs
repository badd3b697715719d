//! `ec2.describe_instances`: one page of instances, without the reservations around them.

use async_trait::async_trait;
use aws_sdk_ec2::types;
use moontide_runtime::effect::{Class, Reply};
use serde::{Deserialize, Serialize};

use super::Ec2;
use super::instances::{Filter, tags};
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::record::{Page, Tags, listed, text};

pub(crate) struct DescribeInstances;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    instance_ids: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    filters: Vec<Filter>,
}

#[async_trait(?Send)]
impl Binding for DescribeInstances {
    type Service = Ec2;
    const NAME: &'static str = "ec2.describe_instances";
    const CLASS: Class = Class::Read;
    const IS_PAGED: bool = true;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let page = at
            .client()
            .describe_instances()
            .set_instance_ids(listed(asked.instance_ids))
            .set_filters(Filter::into_sdk(asked.filters))
            .set_max_results(at.paging.max_results)
            .set_next_token(at.paging.next_token.clone())
            .send()
            .await?;
        let reservations = page.reservations.unwrap_or_default().into_iter();
        let instances = reservations.flat_map(|it| it.instances.unwrap_or_default());
        Ok(Page::reply(instances.map(InstanceRecord::from), page.next_token))
    }
}

/// An instance: where it is and how to reach it.
#[derive(Debug, Serialize)]
struct InstanceRecord {
    instance_id: Option<String>,
    instance_type: Option<String>,
    /// `pending`, `running`, `shutting-down`, `terminated`, `stopping` or `stopped`.
    state: Option<String>,
    state_reason: Option<String>,
    launch_time: Option<String>,
    availability_zone: Option<String>,
    vpc_id: Option<String>,
    subnet_id: Option<String>,
    private_ip_address: Option<String>,
    private_dns_name: Option<String>,
    public_ip_address: Option<String>,
    public_dns_name: Option<String>,
    platform_details: Option<String>,
    tags: Tags,
}

impl From<types::Instance> for InstanceRecord {
    fn from(instance: types::Instance) -> InstanceRecord {
        InstanceRecord {
            instance_id: instance.instance_id,
            instance_type: text(instance.instance_type),
            state: text(instance.state.and_then(|it| it.name)),
            state_reason: instance.state_reason.and_then(|it| it.message),
            launch_time: instance.launch_time.map(|it| it.to_string()),
            availability_zone: instance.placement.and_then(|it| it.availability_zone),
            vpc_id: instance.vpc_id,
            subnet_id: instance.subnet_id,
            private_ip_address: instance.private_ip_address,
            private_dns_name: instance.private_dns_name,
            public_ip_address: instance.public_ip_address,
            public_dns_name: instance.public_dns_name,
            platform_details: instance.platform_details,
            tags: tags(instance.tags),
        }
    }
}
