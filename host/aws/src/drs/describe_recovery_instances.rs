//! `drs.describe_recovery_instances`: one page of the instances that drills and recoveries launched.

use async_trait::async_trait;
use aws_sdk_drs::types;
use moontide_runtime::effect::{Class, Reply};
use serde::{Deserialize, Serialize};

use super::Drs;
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::record::{Page, Tags, listed, text};

pub(crate) struct DescribeRecoveryInstances;

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
    recovery_instance_ids: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    source_server_ids: Vec<String>,
}

#[async_trait(?Send)]
impl Binding for DescribeRecoveryInstances {
    type Service = Drs;
    const NAME: &'static str = "drs.describe_recovery_instances";
    const CLASS: Class = Class::Read;
    const IS_PAGED: bool = true;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let filters = types::DescribeRecoveryInstancesRequestFilters::builder()
            .set_recovery_instance_ids(listed(asked.filters.recovery_instance_ids))
            .set_source_server_ids(listed(asked.filters.source_server_ids))
            .build();
        let nothing = types::DescribeRecoveryInstancesRequestFilters::builder().build();
        let page = at
            .client()
            .describe_recovery_instances()
            .set_filters(Some(filters).filter(|it| *it != nothing))
            .set_max_results(at.paging.max_results)
            .set_next_token(at.paging.next_token.clone())
            .send()
            .await?;
        let instances = page.items.unwrap_or_default().into_iter();
        Ok(Page::reply(instances.map(RecoveryInstanceRecord::from), page.next_token))
    }
}

/// A recovery instance: what it is, which job made it, how current its data was.
#[derive(Debug, Serialize)]
struct RecoveryInstanceRecord {
    /// The same as its EC2 instance id.
    recovery_instance_id: Option<String>,
    ec2_instance_id: Option<String>,
    ec2_instance_state: Option<String>,
    source_server_id: Option<String>,
    arn: Option<String>,
    tags: Tags,
    job_id: Option<String>,
    is_drill: Option<bool>,
    /// The recovery point that was achieved.
    point_in_time_snapshot_date_time: Option<String>,
    failback_state: Option<String>,
    replication_state: Option<String>,
    origin_environment: Option<String>,
}

impl From<types::RecoveryInstance> for RecoveryInstanceRecord {
    fn from(instance: types::RecoveryInstance) -> RecoveryInstanceRecord {
        let replication = instance.data_replication_info;
        RecoveryInstanceRecord {
            recovery_instance_id: instance.recovery_instance_id,
            ec2_instance_id: instance.ec2_instance_id,
            ec2_instance_state: text(instance.ec2_instance_state),
            source_server_id: instance.source_server_id,
            arn: instance.arn,
            tags: instance.tags.unwrap_or_default().into_iter().collect(),
            job_id: instance.job_id,
            is_drill: instance.is_drill,
            point_in_time_snapshot_date_time: instance.point_in_time_snapshot_date_time,
            failback_state: text(instance.failback.and_then(|it| it.state)),
            replication_state: text(replication.and_then(|it| it.data_replication_state)),
            origin_environment: text(instance.origin_environment),
        }
    }
}
