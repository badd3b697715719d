//! `drs.describe_source_servers`: one page of source servers; or of all pages at once those that a selector means, so
//! that a journal holds the few servers of a wave, and not all of the account.

use async_trait::async_trait;
use aws_sdk_drs::types;
use moontide_runtime::effect::{Class, EffectError, Reply};
use serde::{Deserialize, Serialize};

use super::Drs;
use crate::binding::{At, Binding, Paging};
use crate::error::{Failure, failed};
use crate::pages;
use crate::record::{self, Page, Tags, listed, text};

pub(crate) struct DescribeSourceServers;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    #[serde(default)]
    filters: Filters,
    /// DRS cannot filter by tags: all pages are read, and these servers are answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<Only>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Filters {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    source_server_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hardware_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    staging_account_ids: Vec<String>,
}

/// Which servers are meant: those that carry all of the tags, and those that are named.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Only {
    #[serde(deserialize_with = "record::map", skip_serializing_if = "Tags::is_empty")]
    tags: Tags,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ids: Vec<String>,
}

impl Only {
    fn means(&self, server: &types::SourceServer) -> bool {
        let carries = |(key, value): (&String, &String)| {
            server.tags().and_then(|tags| tags.get(key)) == Some(value)
        };
        let is_named = self.ids.iter().any(|id| server.source_server_id() == Some(id));
        // No tags would mean every server.
        is_named || (!self.tags.is_empty() && self.tags.iter().all(carries))
    }
}

#[async_trait(?Send)]
impl Binding for DescribeSourceServers {
    type Service = Drs;
    const NAME: &'static str = "drs.describe_source_servers";
    const CLASS: Class = Class::Read;
    const IS_PAGED: bool = true;
    type Arguments = Arguments;

    fn validate(asked: &Arguments, paging: &Paging) -> Result<(), EffectError> {
        let is_of_a_page = paging.next_token.is_some() || paging.max_results.is_some();
        if asked.only.is_none() || !is_of_a_page {
            return Ok(());
        }
        let message = format!(
            "`{}`: `only` looks at all pages, and goes with neither `next_token` nor `max_results`",
            Self::NAME
        );
        Err(EffectError::new("InvalidArguments", message))
    }

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        if let Some(only) = &asked.only {
            let request = at.client().describe_source_servers();
            let request = request.set_filters(asked.filters.into_sdk());
            let mut meant = Vec::new();
            let walked = pages::each(request.into_paginator().send(), failed, |page| {
                let servers = page.items.unwrap_or_default().into_iter();
                meant.extend(servers.filter(|server| only.means(server)));
            });
            walked.await?;
            return Ok(Page::reply(meant.into_iter().map(SourceServerRecord::from), None));
        }
        let page = at
            .client()
            .describe_source_servers()
            .set_filters(asked.filters.into_sdk())
            .set_max_results(at.paging.max_results)
            .set_next_token(at.paging.next_token.clone())
            .send()
            .await?;
        let servers = page.items.unwrap_or_default().into_iter().map(SourceServerRecord::from);
        Ok(Page::reply(servers, page.next_token))
    }
}

impl Filters {
    /// `None` where nothing is filtered: AWS refuses empty filters of some kinds.
    fn into_sdk(self) -> Option<types::DescribeSourceServersRequestFilters> {
        let filters = types::DescribeSourceServersRequestFilters::builder()
            .set_source_server_ids(listed(self.source_server_ids))
            .set_hardware_id(self.hardware_id)
            .set_staging_account_ids(listed(self.staging_account_ids))
            .build();
        let nothing = types::DescribeSourceServersRequestFilters::builder().build();
        Some(filters).filter(|it| *it != nothing)
    }
}

/// A source server: which one it is, how current its data is, what was launched from it last.
#[derive(Debug, Serialize)]
struct SourceServerRecord {
    source_server_id: Option<String>,
    arn: Option<String>,
    hostname: Option<String>,
    tags: Tags,
    /// AWS's `dataReplicationState`.
    replication_state: Option<String>,
    /// How far the copy is behind, as an ISO 8601 duration.
    lag_duration: Option<String>,
    /// When a stalled replication is expected to be current again.
    eta_date_time: Option<String>,
    /// Why replication does not progress.
    replication_error: Option<String>,
    replication_direction: Option<String>,
    reversed_direction_source_server_arn: Option<String>,
    recovery_instance_id: Option<String>,
    last_seen_by_service_date_time: Option<String>,
    last_launch_result: Option<String>,
    last_launch: Option<LastLaunch>,
}

/// The launch that was initiated last.
#[derive(Debug, Serialize)]
struct LastLaunch {
    job_id: Option<String>,
    /// `RECOVERY` or `DRILL`.
    r#type: Option<String>,
    /// AWS's `apiCallDateTime`.
    initiated: Option<String>,
    status: Option<String>,
}

impl From<types::SourceServer> for SourceServerRecord {
    fn from(server: types::SourceServer) -> SourceServerRecord {
        let replication = server.data_replication_info;
        let replication = replication.as_ref();
        let life = server.life_cycle;
        let error = replication.and_then(|it| it.data_replication_error.as_ref());
        let hints = server.source_properties.and_then(|it| it.identification_hints);
        SourceServerRecord {
            source_server_id: server.source_server_id,
            arn: server.arn,
            hostname: hints.and_then(|it| it.hostname),
            tags: server.tags.unwrap_or_default().into_iter().collect(),
            replication_state: text(replication.and_then(|it| it.data_replication_state.as_ref())),
            lag_duration: replication.and_then(|it| it.lag_duration.clone()),
            eta_date_time: replication.and_then(|it| it.eta_date_time.clone()),
            replication_error: text(error.and_then(|it| it.error.as_ref())),
            replication_direction: text(server.replication_direction),
            reversed_direction_source_server_arn: server.reversed_direction_source_server_arn,
            recovery_instance_id: server.recovery_instance_id,
            last_seen_by_service_date_time: life
                .as_ref()
                .and_then(|it| it.last_seen_by_service_date_time.clone()),
            last_launch_result: text(server.last_launch_result),
            last_launch: life.and_then(|it| it.last_launch).map(LastLaunch::from),
        }
    }
}

impl From<types::LifeCycleLastLaunch> for LastLaunch {
    fn from(launch: types::LifeCycleLastLaunch) -> LastLaunch {
        let initiated = launch.initiated.as_ref();
        LastLaunch {
            job_id: initiated.and_then(|it| it.job_id.clone()),
            r#type: text(initiated.and_then(|it| it.r#type.as_ref())),
            initiated: initiated.and_then(|it| it.api_call_date_time.clone()),
            status: text(launch.status),
        }
    }
}
