//! `drs.describe_recovery_snapshots`: one page of a server's points in time.

use async_trait::async_trait;
use aws_sdk_drs::types;
use moontide_runtime::effect::{Call, Class, Reply};
use serde::{Deserialize, Serialize};

use crate::binding::Binding;
use crate::error;
use crate::moment::Moment;
use crate::record::Page;
use crate::services::Services;

pub(crate) struct DescribeRecoverySnapshots;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    source_server_id: String,
    #[serde(default)]
    filters: Filters,
    /// `ASC` or `DESC`, by time.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    from_date_time: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_date_time: Option<Moment>,
}

#[async_trait(?Send)]
impl Binding for DescribeRecoverySnapshots {
    const NAME: &'static str = "drs.describe_recovery_snapshots";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let filters = types::DescribeRecoverySnapshotsRequestFilters::builder()
            .set_from_date_time(asked.filters.from_date_time.map(|it| it.0))
            .set_to_date_time(asked.filters.to_date_time.map(|it| it.0))
            .build();
        let nothing = types::DescribeRecoverySnapshotsRequestFilters::builder().build();
        let page = aws
            .reading(call)
            .drs
            .describe_recovery_snapshots()
            .source_server_id(asked.source_server_id)
            .set_filters(Some(filters).filter(|it| *it != nothing))
            .set_order(asked.order.as_deref().map(types::RecoverySnapshotsOrder::from))
            .set_max_results(asked.max_results)
            .set_next_token(asked.next_token)
            .send()
            .await
            .map_err(|it| error::reply(Self::CLASS, Self::NAME, &it))?;
        let snapshots = page.items.unwrap_or_default().into_iter().map(SnapshotRecord::from);
        Ok(Page::reply(snapshots, page.next_token))
    }
}

/// A point in time that a server can be recovered to.
#[derive(Debug, Serialize)]
struct SnapshotRecord {
    snapshot_id: String,
    source_server_id: String,
    /// When it was due.
    expected_timestamp: String,
    /// When it was taken; absent while it is not.
    timestamp: Option<String>,
}

impl From<types::RecoverySnapshot> for SnapshotRecord {
    fn from(snapshot: types::RecoverySnapshot) -> SnapshotRecord {
        SnapshotRecord {
            snapshot_id: snapshot.snapshot_id,
            source_server_id: snapshot.source_server_id,
            expected_timestamp: snapshot.expected_timestamp,
            timestamp: snapshot.timestamp,
        }
    }
}
