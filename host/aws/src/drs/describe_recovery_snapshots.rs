//! `drs.describe_recovery_snapshots`: one page of a server's points in time.

use async_trait::async_trait;
use aws_sdk_drs::types;
use moontide_runtime::effect::{Class, Reply};
use serde::{Deserialize, Serialize};

use super::Drs;
use crate::binding::{At, Binding};
use crate::error::Failure;
use crate::moment::Moment;
use crate::record::Page;

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
    type Service = Drs;
    const NAME: &'static str = "drs.describe_recovery_snapshots";
    const CLASS: Class = Class::Read;
    const IS_PAGED: bool = true;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let filters = types::DescribeRecoverySnapshotsRequestFilters::builder()
            .set_from_date_time(asked.filters.from_date_time.map(|it| it.0))
            .set_to_date_time(asked.filters.to_date_time.map(|it| it.0))
            .build();
        let nothing = types::DescribeRecoverySnapshotsRequestFilters::builder().build();
        let page = at
            .client()
            .describe_recovery_snapshots()
            .source_server_id(asked.source_server_id)
            .set_filters(Some(filters).filter(|it| *it != nothing))
            .set_order(asked.order.as_deref().map(types::RecoverySnapshotsOrder::from))
            .set_max_results(at.paging.max_results)
            .set_next_token(at.paging.next_token.clone())
            .send()
            .await?;
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
