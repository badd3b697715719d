//! `DescribeInstances`.

use jiff::Timestamp;
use serde::Serialize;

use super::error::Error;
use super::query::Query;
use super::xml::{self, List, State};
use crate::estate::Estate;
use crate::instance::{Instance, InstanceState};
use crate::platform::Platform;
use crate::wire::Reply;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output<'a> {
    reservation_set: List<Reservation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// DRS launches its instances one by one, so each has a reservation of its own.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reservation<'a> {
    #[serde(rename = "reservationId")]
    id: String,
    owner_id: &'a str,
    instances_set: List<View<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    instance_id: &'a str,
    image_id: &'static str,
    instance_state: State,
    private_dns_name: String,
    instance_type: &'static str,
    launch_time: Timestamp,
    placement: Placement,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_ip_address: Option<&'a str>,
    architecture: &'static str,
    tag_set: List<Tag<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Placement {
    availability_zone: String,
}

#[derive(Serialize)]
struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

pub(super) fn describe(estate: &Estate, now: Timestamp, query: &Query) -> Result<Reply, Error> {
    let named = query.instances(estate, now, "InstanceId")?;
    let filters = query.filters();
    let mut found = Vec::new();
    for (index, instance) in estate.instances.iter().enumerate() {
        let Some(state) = instance.state(now) else {
            continue;
        };
        let mut wanted = named.is_empty() || named.contains(&index);
        for filter in &filters {
            wanted &= filter.admits(instance, now)?;
        }
        if wanted {
            found.push((instance, state));
        }
    }
    let (page, next_token) = query.page(found)?;
    let about = format!("{} instances", page.len());
    let reservation_set =
        page.into_iter().map(|(instance, state)| reservation(estate, instance, state)).collect();
    Ok(xml::success("DescribeInstances", Output { reservation_set, next_token }).about(about))
}

fn reservation<'a>(
    estate: &'a Estate,
    instance: &'a Instance,
    state: InstanceState,
) -> Reservation<'a> {
    let server = estate.server(instance.server);
    let view = View {
        instance_id: &instance.id,
        image_id: "ami-0d25d15a70051d125",
        instance_state: state.into(),
        private_dns_name: format!("ip-{}.internal", instance.private_ip.replace('.', "-")),
        instance_type: "t3.small",
        launch_time: instance.appears,
        placement: Placement { availability_zone: server.zone.clone() },
        platform: (server.platform == Platform::Windows).then_some("windows"),
        private_ip_address: (state != InstanceState::Terminated)
            .then_some(instance.private_ip.as_str()),
        architecture: "x86_64",
        tag_set: instance.tags.iter().map(|(key, value)| Tag { key, value }).collect(),
    };
    Reservation {
        id: estate.seed.id("r-", &instance.id),
        owner_id: &estate.scenario.account,
        instances_set: [view].into_iter().collect(),
    }
}
