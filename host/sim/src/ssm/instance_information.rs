//! `DescribeInstanceInformation`: which agents have spoken, and do they still?

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::agent::{self, Agent};
use super::error::Error;
use super::input;
use super::paging::Paging;
use super::reply;
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::instance::{Instance, InstanceState};
use crate::platform::Platform;
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ssm.agent.ping",
        "An instance is listed once its agent has spoken; PingStatus is Online, or ConnectionLost \
         when it is silent.",
        source::SSM_GUIDE,
    ),
    Fact::assumed(
        "ssm.agent.time",
        "The agent speaks half a minute after its instance runs.",
        "common experience; the world may say otherwise",
    ),
    Fact::assumed(
        "ssm.agent.filters",
        "Filters know InstanceIds, PingStatus and tag:<key>; other names are InvalidFilterKey.",
        "the service has more; a caller that needs one should hear about it",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    #[serde(default)]
    filters: Vec<Filter>,
    #[serde(default)]
    instance_information_filter_list: Vec<OldFilter>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    key: String,
    values: Vec<String>,
}

/// The older of the two ways to filter, still in use.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OldFilter {
    key: String,
    value_set: Vec<String>,
}

pub(super) fn describe(estate: &Estate, now: Timestamp, body: &str) -> Result<Reply, Error> {
    let Input { mut filters, instance_information_filter_list, paging } = input::parse(body)?;
    filters.extend(
        instance_information_filter_list
            .into_iter()
            .map(|OldFilter { key, value_set }| Filter { key, values: value_set }),
    );
    let mut found = Vec::new();
    for instance in &estate.instances {
        let Some(agent) = agent::of(estate, instance, now) else {
            continue;
        };
        if instance.state(now).is_none_or(|state| state == InstanceState::Terminated) {
            continue;
        }
        let mut wanted = true;
        for filter in &filters {
            wanted &= filter.admits(instance, agent)?;
        }
        if wanted {
            found.push(view(estate, instance, agent, now));
        }
    }
    let (page, next_token) = paging.cut(found)?;
    let about = format!("{} agents", page.len());
    Ok(reply::page("InstanceInformationList", &page, next_token).about(about))
}

impl Filter {
    fn admits(&self, instance: &Instance, agent: Agent) -> Result<bool, Error> {
        let has = |value: &str| self.values.iter().any(|one| one == value);
        match self.key.as_str() {
            "InstanceIds" => Ok(has(&instance.id)),
            "PingStatus" => Ok(has(ping_status(agent))),
            key => match key.strip_prefix("tag:") {
                Some(key) => Ok(instance.tags.get(key).is_some_and(|value| has(value))),
                None => Err(Error::new("InvalidFilterKey", format!("Unknown filter key {key}"))),
            },
        }
    }
}

fn ping_status(agent: Agent) -> &'static str {
    if agent.online { "Online" } else { "ConnectionLost" }
}

/// An agent pings every five minutes at least; a silent one was last heard when it spoke first.
const PING: SignedDuration = SignedDuration::from_mins(5);

fn view(estate: &Estate, instance: &Instance, agent: Agent, now: Timestamp) -> Value {
    let server = estate.server(instance.server);
    let (name, version) = match server.platform {
        Platform::Linux => ("Amazon Linux", "2"),
        Platform::Windows => ("Microsoft Windows Server 2022 Datacenter", "10.0.20348"),
    };
    let last_ping =
        if agent.online { (now - PING).max(agent.registered) } else { agent.registered };
    json!({
        "InstanceId": instance.id,
        "PingStatus": ping_status(agent),
        "LastPingDateTime": reply::seconds(last_ping),
        "AgentVersion": "3.3.2299.0",
        "IsLatestVersion": true,
        "PlatformType": server.platform.name(),
        "PlatformName": name,
        "PlatformVersion": version,
        "ResourceType": "EC2Instance",
        "IPAddress": instance.private_ip,
        "ComputerName": server.name,
        "SourceId": instance.id,
        "SourceType": "AWS::EC2::Instance",
    })
}
