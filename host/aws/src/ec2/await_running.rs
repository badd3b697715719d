//! `ec2.await_running`: returns when instances run and have passed their status checks.
//!
//! Not an operation of AWS: it polls `DescribeInstanceStatus`, and journals one outcome.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{InstanceStatus, InstanceStatusSummary};
use moontide_runtime::backoff::Backoff;
use moontide_runtime::effect::{Class, EffectError, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Ec2;
use crate::binding::{At, Binding};
use crate::error::{Failure, failed};
use crate::length::Length;
use crate::poll::{self, GaveUp};
use crate::record::{slim, text};

pub(crate) struct AwaitRunning;

/// Checks take two to five minutes: the first looks catch what was adopted and is long up.
const FIRST_PAUSE: Duration = Duration::from_secs(3);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How many ids `DescribeInstanceStatus` takes.
const IDS_PER_CALL: usize = 100;

/// How long EC2 may not know an instance before there is none. A new one takes seconds to show everywhere.
const SHOWS_WITHIN: Duration = Duration::from_mins(5);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    instance_ids: Vec<String>,
    #[serde(default = "half_an_hour")]
    timeout: Length,
    /// Whether to wait for both status checks as well.
    #[serde(default = "yes")]
    status_checks: bool,
}

fn half_an_hour() -> Length {
    Length::minutes(30)
}

fn yes() -> bool {
    true
}

#[async_trait(?Send)]
impl Binding for AwaitRunning {
    type Service = Ec2;
    const NAME: &'static str = "ec2.await_running";
    const CLASS: Class = Class::Read;
    type Arguments = Arguments;

    async fn perform(at: &At<'_, Self>, asked: Arguments) -> Result<Reply, Failure> {
        let ec2 = &at.reading();
        let mut seen: Vec<_> = asked.instance_ids.iter().map(|it| unseen(it)).collect();
        let begun = at.aws.clock.monotonic();
        let mut shown: HashMap<String, Duration> = HashMap::new();
        let look = async || {
            seen = look(ec2, &asked.instance_ids).await?;
            let now = at.aws.clock.monotonic();
            for it in seen.iter().filter(|it| !it.is_unseen()) {
                shown.insert(it.instance_id.clone(), now);
            }
            let seen_at = |it: &Readiness| *shown.get(&it.instance_id).unwrap_or(&begun);
            let overdue = |it: &Readiness| now.saturating_sub(seen_at(it)) >= SHOWS_WITHIN;
            let lost = |it: &Readiness| it.is_lost() || (it.is_unseen() && overdue(it));
            let decided = |it: &Readiness| it.is_up(asked.status_checks) || lost(it);
            Ok(seen.iter().all(decided).then_some(()))
        };
        let pause = Backoff::growing(FIRST_PAUSE, LONGEST_PAUSE);
        let error = match poll::until(
            &*at.aws.clock,
            &at.aws.sights.of(at.call),
            asked.timeout.0,
            pause,
            look,
        )
        .await
        {
            Ok(()) => match seen.iter().find(|it| it.is_lost() || it.is_unseen()) {
                None => return Ok(Reply::ok(slim(json!({ "instances": seen })))),
                Some(lost) => EffectError::new("InstanceTerminated", lost.end()),
            },
            Err(GaveUp::Refused(error)) => return Err(error.into()),
            Err(GaveUp::TimeUp(unseen)) => {
                let seconds = asked.timeout.0.as_secs();
                let message = format!("not all instances are up within {seconds} s");
                let message = unseen.map_or(message.clone(), |it| format!("{message}; {it}"));
                EffectError::new("Timeout", message).retryable()
            }
        };
        let late: Vec<_> = seen.iter().filter(|it| !it.is_up(asked.status_checks)).collect();
        let details = slim(json!({ "instances": late }));
        Err(EffectError { details, ..error }.into())
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

    fn is_unseen(&self) -> bool {
        self.state == NOT_FOUND
    }

    /// What became of an instance that will not come up any more.
    fn end(&self) -> String {
        if self.is_unseen() {
            let minutes = SHOWS_WITHIN.as_secs() / 60;
            return format!("EC2 has not known {} for {minutes} min", self.instance_id);
        }
        format!("{} was terminated", self.instance_id)
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

/// The state of an instance that EC2 does not show.
const NOT_FOUND: &str = "not-found";

fn unseen(id: &str) -> Readiness {
    Readiness { instance_id: id.to_owned(), state: NOT_FOUND.into(), checks: "unknown".into() }
}

/// How far every instance is. One id that EC2 does not know fails the whole call, which names it: the others
/// are asked about again without it.
async fn look(ec2: &Client, ids: &[String]) -> Result<Vec<Readiness>, EffectError> {
    let mut found = Vec::new();
    let mut groups: Vec<Vec<String>> = ids.chunks(IDS_PER_CALL).map(<[_]>::to_vec).collect();
    while let Some(ids) = groups.pop() {
        let request = ec2
            .describe_instance_status()
            .set_instance_ids(Some(ids.clone()))
            .include_all_instances(true);
        match request.send().await.map_err(|it| failed(&it)) {
            Ok(page) => found.extend(page.instance_statuses.unwrap_or_default()),
            Err(error) if error.code == "InvalidInstanceID.NotFound" => {
                groups.extend(without_unknown(ids, &error.message));
            }
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

/// Those of the ids that a refusal does not name as unknown. If it names none of them, the two halves: one of
/// them is without it.
fn without_unknown(ids: Vec<String>, refusal: &str) -> Vec<Vec<String>> {
    let (unknown, mut rest): (Vec<_>, Vec<_>) =
        ids.into_iter().partition(|id| refusal.contains(id.as_str()));
    let groups = if unknown.is_empty() && rest.len() > 1 {
        let half = rest.split_off(rest.len() / 2);
        vec![rest, half]
    } else if unknown.is_empty() {
        Vec::new()
    } else {
        vec![rest]
    };
    groups.into_iter().filter(|it| !it.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_refusal_names_is_left_out_and_what_it_does_not_name_is_looked_for_by_halves() {
        let ids = || ["i-1", "i-2", "i-3"].map(str::to_owned).to_vec();
        let refusal = "The instance IDs 'i-1, i-3' do not exist";
        assert_eq!(without_unknown(ids(), refusal), [["i-2"]]);
        assert_eq!(without_unknown(ids(), "no"), [vec!["i-1"], vec!["i-2", "i-3"]]);
        assert!(without_unknown(vec!["i-1".to_owned()], "no").is_empty());
    }
}
