//! `ec2.await_running`: returns when instances run and have passed their status checks.
//!
//! Not an operation of AWS: it polls `DescribeInstanceStatus`, and journals one outcome.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use moontide_runtime::effect::{Call, Class, EffectError, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::describe_instance_status::StatusRecord;
use crate::binding::Binding;
use crate::error::failed;
use crate::length::Length;
use crate::pace::Growing;
use crate::poll::{self, GaveUp};
use crate::record::{Page, slim};
use crate::services::Services;

pub(crate) struct AwaitRunning;

/// Checks take two to five minutes: the first looks catch what was adopted and is long up.
const FIRST_PAUSE: Duration = Duration::from_secs(3);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How many ids `DescribeInstanceStatus` takes.
const IDS_PER_CALL: usize = 100;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    instance_ids: Vec<String>,
    #[serde(default = "half_an_hour")]
    timeout: Length,
    /// Whether to wait for both status checks as well.
    #[serde(default = "yes")]
    status_checks: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

fn half_an_hour() -> Length {
    Length::minutes(30)
}

fn yes() -> bool {
    true
}

#[async_trait(?Send)]
impl Binding for AwaitRunning {
    const NAME: &'static str = "ec2.await_running";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(aws: &Services, call: &Call, asked: Arguments) -> Result<Reply, Reply> {
        let ec2 = &aws.reading(call).ec2;
        let mut statuses: Vec<_> = asked.instance_ids.iter().map(|it| unseen(it)).collect();
        let look = async || {
            statuses = look(ec2, &asked.instance_ids).await?;
            match statuses.iter().find(|it| is_lost(it)) {
                Some(lost) => Err(EffectError::new(
                    "InstanceTerminated",
                    format!("{} was terminated", lost.instance_id),
                )),
                None => Ok(statuses
                    .iter()
                    .all(|it| is_up(it, asked.status_checks))
                    .then_some(())),
            }
        };
        let pause = Growing::new(FIRST_PAUSE, LONGEST_PAUSE);
        match poll::until(&*aws.clock, asked.timeout.0, pause, look).await {
            Ok(()) => Ok(Page::reply(statuses.into_iter(), None)),
            Err(GaveUp::Refused(error)) => Err(with_late(error, &statuses, asked.status_checks)),
            Err(GaveUp::TimeUp(trouble)) => {
                let seconds = asked.timeout.0.as_secs();
                let message = format!("not all instances are up within {seconds} s");
                let message = trouble.map_or(message.clone(), |it| format!("{message}; {it}"));
                let error = EffectError::new("Timeout", message).retryable();
                Err(with_late(error, &statuses, asked.status_checks))
            }
        }
    }
}

/// The status of every instance. A new id takes a moment to be known everywhere, and until then the
/// whole call fails: nothing is seen of any of them.
async fn look(ec2: &Client, ids: &[String]) -> Result<Vec<StatusRecord>, EffectError> {
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_PER_CALL) {
        let request = ec2
            .describe_instance_status()
            .set_instance_ids(Some(ids.to_vec()))
            .include_all_instances(true);
        match request.send().await.map_err(|it| failed(&it)) {
            Ok(page) => found.extend(page.instance_statuses.unwrap_or_default()),
            Err(error) if error.code == "InvalidInstanceID.NotFound" => {}
            Err(error) => return Err(error),
        }
    }
    let found: Vec<_> = found.into_iter().map(StatusRecord::from).collect();
    let status = |id: &String| {
        let shown = found.iter().find(|it| it.instance_id == *id);
        shown.cloned().unwrap_or_else(|| unseen(id))
    };
    Ok(ids.iter().map(status).collect())
}

/// The status of an instance that EC2 does not show.
fn unseen(id: &str) -> StatusRecord {
    StatusRecord {
        instance_id: id.to_owned(),
        instance_state: Some("not-found".into()),
        instance_status: None,
        system_status: None,
    }
}

fn is_up(status: &StatusRecord, checks: bool) -> bool {
    let is = |field: &Option<String>, wanted| field.as_deref() == Some(wanted);
    let passed = is(&status.instance_status, "ok") && is(&status.system_status, "ok");
    is(&status.instance_state, "running") && (passed || !checks)
}

fn is_lost(status: &StatusRecord) -> bool {
    matches!(
        status.instance_state.as_deref(),
        Some("terminated" | "shutting-down")
    )
}

/// The error with every instance that is not up, and how it is.
fn with_late(mut error: EffectError, statuses: &[StatusRecord], checks: bool) -> Reply {
    let late: Vec<_> = statuses.iter().filter(|it| !is_up(it, checks)).collect();
    error.details = slim(json!({ "instances": late }));
    Reply::failed(error)
}
