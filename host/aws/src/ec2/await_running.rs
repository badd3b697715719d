//! `ec2.await_running`: returns when instances run and have passed their status checks.
//!
//! Not an operation of AWS: it polls `DescribeInstanceStatus`, and journals one outcome.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{InstanceStatus, InstanceStatusSummary};
use moontide_runtime::effect::{Call, Class, EffectError, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::binding::Binding;
use crate::error::failed;
use crate::length::Length;
use crate::pace::Growing;
use crate::poll::{self, GaveUp};
use crate::record::{slim, text};
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
        let mut seen: Vec<_> = asked.instance_ids.iter().map(|it| unseen(it)).collect();
        let look = async || {
            seen = look(ec2, &asked.instance_ids).await?;
            let decided = |it: &Readiness| it.is_up(asked.status_checks) || it.is_lost();
            Ok(seen.iter().all(decided).then_some(()))
        };
        let pause = Growing::new(FIRST_PAUSE, LONGEST_PAUSE);
        let error = match poll::until(&*aws.clock, asked.timeout.0, pause, look).await {
            Ok(()) => match seen.iter().find(|it| it.is_lost()) {
                None => return Ok(Reply::ok(slim(json!({ "instances": seen })))),
                Some(lost) => EffectError::new(
                    "InstanceTerminated",
                    format!("{} was terminated", lost.instance_id),
                ),
            },
            Err(GaveUp::Refused(error)) => return Err(Reply::failed(error)),
            Err(GaveUp::TimeUp(trouble)) => {
                let seconds = asked.timeout.0.as_secs();
                let message = format!("not all instances are up within {seconds} s");
                let message = trouble.map_or(message.clone(), |it| format!("{message}; {it}"));
                EffectError::new("Timeout", message).retryable()
            }
        };
        let late: Vec<_> = seen.iter().filter(|it| !it.is_up(asked.status_checks)).collect();
        let details = slim(json!({ "instances": late }));
        Err(Reply::failed(EffectError { details, ..error }))
    }
}

/// How far an instance is.
#[derive(Clone, Debug, Serialize)]
struct Readiness {
    instance_id: String,
    /// `pending`, `running`, …; `not-found` while EC2 does not show it.
    state: String,
    /// `passed`, or what both checks say.
    checks: String,
}

impl Readiness {
    fn is_up(&self, with_checks: bool) -> bool {
        self.state == "running" && (self.checks == "passed" || !with_checks)
    }

    fn is_lost(&self) -> bool {
        matches!(self.state.as_str(), "terminated" | "shutting-down")
    }
}

impl From<InstanceStatus> for Readiness {
    fn from(status: InstanceStatus) -> Readiness {
        let check = |it: Option<InstanceStatusSummary>| {
            text(it.and_then(|it| it.status)).unwrap_or("unknown".into())
        };
        let (instance, system) = (check(status.instance_status), check(status.system_status));
        Readiness {
            instance_id: status.instance_id.unwrap_or_default(),
            state: text(status.instance_state.and_then(|it| it.name)).unwrap_or("unknown".into()),
            checks: match (instance.as_str(), system.as_str()) {
                ("ok", "ok") => "passed".into(),
                _ => format!("instance {instance}, system {system}"),
            },
        }
    }
}

/// An instance that EC2 does not show.
fn unseen(id: &str) -> Readiness {
    Readiness { instance_id: id.to_owned(), state: "not-found".into(), checks: "unknown".into() }
}

/// How far every instance is. A new id takes a moment to be known everywhere, and until then the
/// whole call fails: nothing is seen of any of them.
async fn look(ec2: &Client, ids: &[String]) -> Result<Vec<Readiness>, EffectError> {
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
    let found: Vec<_> = found.into_iter().map(Readiness::from).collect();
    let status = |id: &String| {
        let shown = found.iter().find(|it| it.instance_id == *id);
        shown.cloned().unwrap_or_else(|| unseen(id))
    };
    Ok(ids.iter().map(status).collect())
}
