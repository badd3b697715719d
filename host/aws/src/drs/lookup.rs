//! Looking things up on the way to something else: all pages, no slimming.

use aws_sdk_drs::Client;
use aws_sdk_drs::types::{
    DescribeJobsRequestFilters, DescribeRecoveryInstancesRequestFilters,
    DescribeSourceServersRequestFilters, Ec2InstanceState, Job, RecoveryInstance, SourceServer,
};
use jiff::{SignedDuration, Timestamp};
use moontide_runtime::effect::EffectError;

use crate::error::failed;
use crate::pages;

/// How far back to look for what was intended at a moment of some machine's clock. What is looked for is
/// recognised by its key, so the moment only bounds how much is read: a clock that is hours off hides nothing.
pub(crate) const REACH: SignedDuration = SignedDuration::from_hours(48);

/// The moment since which something shows in AWS that was intended at `intended_at`, by whatever clock, where
/// AWS has it `now`.
pub(crate) fn reach(intended_at: Timestamp, now: Timestamp) -> Timestamp {
    intended_at.min(now) - REACH
}

/// How many ids DRS takes in one filter.
pub(super) const IDS_PER_CALL: usize = 200;

/// All jobs created since `from`.
pub(crate) async fn jobs_since(drs: &Client, from: Timestamp) -> Result<Vec<Job>, EffectError> {
    jobs(drs, DescribeJobsRequestFilters::builder().from_date(from.to_string()).build()).await
}

/// The jobs named by `ids`, as far as they show.
pub(crate) async fn jobs_by_id(drs: &Client, ids: Vec<String>) -> Result<Vec<Job>, EffectError> {
    jobs(drs, DescribeJobsRequestFilters::builder().set_job_ids(Some(ids)).build()).await
}

async fn jobs(drs: &Client, filters: DescribeJobsRequestFilters) -> Result<Vec<Job>, EffectError> {
    let pages = drs.describe_jobs().filters(filters).into_paginator().items().send();
    pages::all(pages, failed).await
}

/// The source servers named by `ids`.
pub(crate) async fn source_servers(
    drs: &Client,
    ids: &[String],
) -> Result<Vec<SourceServer>, EffectError> {
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_PER_CALL) {
        let filters = DescribeSourceServersRequestFilters::builder()
            .set_source_server_ids(Some(ids.to_vec()))
            .build();
        let pages = drs.describe_source_servers().filters(filters).into_paginator().items().send();
        found.extend(pages::all(pages, failed).await?);
    }
    Ok(found)
}

/// By what to look for recovery instances.
pub(crate) enum By<'a> {
    /// Their own ids, which are EC2's.
    Instance(&'a [String]),
    /// The source servers they were launched from.
    SourceServer(&'a [String]),
}

/// The recovery instances that DRS still knows.
pub(crate) async fn recovery_instances(
    drs: &Client,
    by: By<'_>,
) -> Result<Vec<RecoveryInstance>, EffectError> {
    let (By::Instance(ids) | By::SourceServer(ids)) = by;
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_PER_CALL) {
        let filters = DescribeRecoveryInstancesRequestFilters::builder();
        let filters = match by {
            By::Instance(_) => filters.set_recovery_instance_ids(Some(ids.to_vec())),
            By::SourceServer(_) => filters.set_source_server_ids(Some(ids.to_vec())),
        };
        let calls = drs.describe_recovery_instances().filters(filters.build());
        let pages = calls.into_paginator().items().send();
        found.extend(pages::all(pages, failed).await?);
    }
    Ok(found)
}

/// Whether an instance is gone for good, or on its way there: nothing brings back one that shuts down. DRS may
/// remember it for a while.
pub(crate) fn is_gone(instance: &RecoveryInstance) -> bool {
    let state = instance.ec2_instance_state().map(Ec2InstanceState::as_str);
    matches!(state, Some("SHUTTING-DOWN" | "TERMINATED" | "NOT_FOUND"))
}

/// Whether an instance was made by a drill. One that does not say so may carry production.
pub(crate) fn is_drill(instance: &RecoveryInstance) -> bool {
    instance.is_drill() == Some(true)
}
