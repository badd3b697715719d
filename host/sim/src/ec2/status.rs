//! `DescribeInstanceStatus`.

use jiff::Timestamp;
use serde::Serialize;

use super::error::Error;
use super::query::{Filter, Query};
use super::xml::{self, List, State};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::instance::{Instance, InstanceState};
use crate::scenario::CheckStatus;
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ec2.status.running-only",
        "DescribeInstanceStatus leaves out instances that are not running, unless \
         IncludeAllInstances is set.",
        source::EC2_GUIDE,
    ),
    Fact::documented(
        "ec2.status.words",
        "A status check is initializing, then ok or impaired; of an instance that is not running \
         it is not-applicable.",
        source::EC2_GUIDE,
    ),
    Fact::assumed(
        "ec2.status.time",
        "Both status checks pass two minutes after the instance runs.",
        "common experience with small instances; the world may say otherwise",
    ),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output<'a> {
    instance_status_set: List<View<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    instance_id: &'a str,
    availability_zone: String,
    instance_state: State,
    system_status: Summary,
    instance_status: Summary,
}

#[derive(Serialize)]
struct Summary {
    status: &'static str,
    details: List<Detail>,
}

#[derive(Serialize)]
struct Detail {
    name: &'static str,
    status: &'static str,
}

/// What the two checks of an instance show. A fault of the world is one of the instance, not of
/// the machine under it.
#[derive(Clone, Copy)]
struct Checks {
    system: &'static str,
    instance: &'static str,
}

pub(super) fn describe(estate: &Estate, now: Timestamp, query: &Query) -> Result<Reply, Error> {
    let named = query.instances(estate, now, "InstanceId")?;
    let all = query.is_true("IncludeAllInstances");
    let filters = query.filters();
    let mut found = Vec::new();
    for (index, instance) in estate.instances.iter().enumerate() {
        let Some(state) = instance.state(now) else {
            continue;
        };
        let checks = checks(estate, instance, state, now);
        let mut wanted = (named.is_empty() || named.contains(&index))
            && (all || state == InstanceState::Running);
        for filter in &filters {
            wanted &= admits(filter, instance, checks, now)?;
        }
        if wanted {
            found.push(view(estate, instance, state, checks));
        }
    }
    let (page, next_token) = query.page(found)?;
    let about = format!("{} instances", page.len());
    let output = Output { instance_status_set: page.into_iter().collect(), next_token };
    Ok(xml::success("DescribeInstanceStatus", output).about(about))
}

fn checks(estate: &Estate, instance: &Instance, state: InstanceState, now: Timestamp) -> Checks {
    if state != InstanceState::Running {
        return Checks { system: "not-applicable", instance: "not-applicable" };
    }
    let settled = now >= instance.up_since(now) + estate.scenario.timing.status_checks;
    let truth = if settled { "ok" } else { "initializing" };
    let name = &estate.server(instance.server).name;
    let shown = match estate.faults.status_checks(name, estate.elapsed(now)) {
        Some(CheckStatus::Initializing) => "initializing",
        Some(CheckStatus::Impaired) if settled => "impaired",
        _ => truth,
    };
    Checks { system: truth, instance: shown }
}

fn admits(
    filter: &Filter,
    instance: &Instance,
    checks: Checks,
    now: Timestamp,
) -> Result<bool, Error> {
    match filter.name.as_str() {
        "instance-status.status" => Ok(filter.has(checks.instance)),
        "system-status.status" => Ok(filter.has(checks.system)),
        _ => filter.admits(instance, now),
    }
}

fn view<'a>(
    estate: &Estate,
    instance: &'a Instance,
    state: InstanceState,
    checks: Checks,
) -> View<'a> {
    View {
        instance_id: &instance.id,
        availability_zone: estate.server(instance.server).zone.clone(),
        instance_state: state.into(),
        system_status: summary(checks.system),
        instance_status: summary(checks.instance),
    }
}

fn summary(status: &'static str) -> Summary {
    let reachability = match status {
        "ok" => Some("passed"),
        "impaired" => Some("failed"),
        "initializing" => Some("initializing"),
        _ => None,
    };
    let details = reachability.map(|status| Detail { name: "reachability", status });
    Summary { status, details: details.into_iter().collect() }
}
