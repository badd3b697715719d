//! Finding a job that was started without our seeing the answer.
//!
//! `DescribeJobs` has no tag filter, so all jobs since the intent are read and matched here. A job
//! that does not show in that list may already show as the last launch of its servers: then it is
//! looked up by its id.

use std::cell::RefCell;

use aws_sdk_drs::Client;
use aws_sdk_drs::types::{Job, LifeCycleLastLaunchInitiated};
use jiff::{SignedDuration, Timestamp};
use moontide_runtime::effect::{Call, EffectError, Evidence, Finding, Reply};
use serde_json::json;

use super::Drs;
use super::job;
use super::lookup::{jobs_by_id, jobs_since, reach, source_servers};
use crate::aws::Aws;
use crate::binding::unseen;
use crate::settle::settle;
use crate::tags;

/// How wrong the clock may be that wrote an intent.
const ANY_CLOCK: SignedDuration = SignedDuration::from_hours(3);

/// A launch whose end the runner has not seen.
pub(crate) struct Lost<'a> {
    /// The key that its job carries.
    pub(crate) key: &'a str,
    /// The source servers that it was to launch.
    pub(crate) servers: &'a [String],
    /// When it was about to be sent.
    pub(crate) intended_at: Timestamp,
    /// Jobs of which the caller knows that they are its own: that DRS does not show them raises no doubt.
    pub(crate) known: &'a [String],
}

/// Finds the launch of `servers` that carries the key of `call`.
pub(crate) async fn started_job(
    aws: &Aws,
    call: &Call,
    servers: &[String],
    intended_at: Timestamp,
) -> Finding {
    let lost = Lost { key: call.key.as_str(), servers, intended_at, known: &[] };
    match jobs_of(aws, &aws.reading::<Drs>(call), &lost).await {
        Ok(jobs) if jobs.is_empty() => Finding::Absent,
        Ok(jobs) => adopt(&jobs),
        Err(Unfound::Hidden(evidence)) => Finding::Undecided(evidence),
        Err(Unfound::Failed(error)) => unseen(error, "the jobs"),
    }
}

/// Why the jobs of a launch are not known.
pub(crate) enum Unfound {
    /// There are launches whose jobs do not show.
    Hidden(Evidence),
    /// They cannot be looked up.
    Failed(EffectError),
}

/// The jobs of a lost launch. None: there is none for certain; an error: that cannot be told.
pub(crate) async fn jobs_of(aws: &Aws, drs: &Client, lost: &Lost<'_>) -> Result<Vec<Job>, Unfound> {
    let since = reach(lost.intended_at, aws.aws_now());
    // A job that has been deleted does not show either: a launch counts only if it can be this one's.
    let lately = lost.intended_at.min(aws.aws_now()) - ANY_CLOCK;
    let hidden = RefCell::new(Vec::new());
    let look = async || {
        let mut ours = jobs_since(drs, since).await?;
        ours.retain(|it| tags::carry(it.tags(), lost.key));
        if ours.is_empty() {
            let (found, mut unshown) = last_launches(drs, lost.servers, lately).await?;
            unshown.retain(|id| !lost.known.contains(id));
            hidden.replace(unshown);
            ours = found;
            ours.retain(|it| tags::carry(it.tags(), lost.key));
        }
        Ok(Some(ours).filter(|it| !it.is_empty()))
    };
    match settle(&*aws.clock, aws.settings.settle, look).await {
        Ok(Some(jobs)) => Ok(jobs),
        Ok(None) if hidden.borrow().is_empty() => Ok(Vec::new()),
        Ok(None) => Err(Unfound::Hidden(Evidence {
            message:
                "a launch of these servers was initiated about then, by a job that does not show"
                    .into(),
            found: json!({ "job_ids": *hidden.borrow() }),
        })),
        Err(error) => Err(Unfound::Failed(error)),
    }
}

fn adopt(jobs: &[Job]) -> Finding {
    match jobs {
        [only] => Finding::Happened(Reply::ok(job::started(only))),
        several => Finding::Undecided(Evidence {
            message: "several jobs carry the key of this one request".into(),
            found: json!({ "job_ids": several.iter().map(Job::job_id).collect::<Vec<_>>() }),
        }),
    }
}

/// The jobs behind the servers' last launches since `since`, and the ids of those that do not show.
async fn last_launches(
    drs: &Client,
    servers: &[String],
    since: Timestamp,
) -> Result<(Vec<Job>, Vec<String>), EffectError> {
    let servers = source_servers(drs, servers).await?;
    let launches = servers.iter().filter_map(|it| it.life_cycle()?.last_launch()?.initiated());
    let recent = launches.filter(|it| is_since(it, since));
    let mut ids: Vec<String> = recent.filter_map(|it| it.job_id.clone()).collect();
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let jobs = jobs_by_id(drs, ids.clone()).await?;
    ids.retain(|id| jobs.iter().all(|it| it.job_id() != id));
    Ok((jobs, ids))
}

/// Whether a launch was initiated since `since`; one whose time cannot be read may have been.
fn is_since(launch: &LifeCycleLastLaunchInitiated, since: Timestamp) -> bool {
    let at = launch.api_call_date_time().and_then(|it| it.parse::<Timestamp>().ok());
    at.is_none_or(|it| it >= since)
}
