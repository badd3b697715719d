//! `SendCommand`.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::command::CommandOrder;
use super::error::Error;
use super::input;
use super::reply;
use super::state::Ssm;
use super::{agent, list_commands};
use crate::documents::{self, Kind};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::scenario::{Automation, Command};
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ssm.send-command.no-token",
        "SendCommand takes no idempotency token: sent twice, it runs twice.",
        source::SSM_MODEL,
    ),
    Fact::documented(
        "ssm.send-command.invalid-instance",
        "An instance whose agent is not registered or not running is InvalidInstanceId.",
        source::SSM_GUIDE,
    ),
    Fact::documented(
        "ssm.send-command.limits",
        "At most 50 instances, 5 targets and a comment of 100 characters.",
        source::SSM_MODEL,
    ),
    Fact::documented(
        "ssm.send-command.delivery",
        "A command that cannot be delivered within TimeoutSeconds ends TimedOut, with details \
         Delivery Timed Out.",
        source::SSM_GUIDE,
    ),
    Fact::assumed(
        "ssm.send-command.invalid-platform",
        "Targets take instances of any platform; where the document does not support it, the invocation is \
         Failed at once, with details Invalid Platform.",
        "reports show the detail; its status is not documented where the others are",
    ),
    Fact::assumed(
        "ssm.send-command.no-target",
        "A command whose targets match no instance ends at once, as Success with details \
         NoInstancesInTag.",
        "the detail is documented, its status is not",
    ),
    Fact::assumed(
        "ssm.send-command.delay",
        "A command reaches an agent that is online after two seconds.",
        "Pending should be seen by a caller who polls",
    ),
];

/// What the two documents that run scripts take; the first is required.
const PARAMETERS: [&str; 3] = ["commands", "workingDirectory", "executionTimeout"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    #[serde(default)]
    instance_ids: Vec<String>,
    #[serde(default)]
    targets: Vec<Target>,
    document_name: Option<String>,
    document_version: Option<String>,
    timeout_seconds: Option<i64>,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    parameters: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    key: String,
    values: Vec<String>,
}

pub(super) fn send(
    ssm: &mut Ssm,
    estate: &mut Estate,
    now: Timestamp,
    body: &str,
) -> Result<Reply, Error> {
    let input: Input = input::parse(body)?;
    let (document, name) = check_document(ssm, estate, &input)?;
    input::check_version(input.document_version.as_deref())?;
    let execution_timeout = match ssm.document(&name) {
        Some(made) => made.check(&input.parameters)?,
        None => check_parameters(&name, &input.parameters)?,
    };
    let delivery_timeout = input.timeout_seconds.unwrap_or(3600);
    if !(30..=2_592_000).contains(&delivery_timeout) {
        return Err(Error::validation("timeoutSeconds must be from 30 to 2592000"));
    }
    if input.comment.chars().count() > 100 {
        return Err(Error::validation("comment must have length less than or equal to 100"));
    }
    let instances = find_instances(estate, now, &input)?;
    if input.targets.is_empty() {
        check_platforms(estate, &name, &instances)?;
    }
    let order = CommandOrder {
        document,
        name,
        document_version: input.document_version.unwrap_or_else(|| "$DEFAULT".to_owned()),
        comment: input.comment,
        parameters: input.parameters,
        delivery_timeout: SignedDuration::from_secs(delivery_timeout),
        execution_timeout,
        targets: json!(input.targets),
    };
    let command = ssm.send_command(estate, order, &instances, now);
    let about =
        format!("{}: {} on {} instances", command.id, command.order.document, instances.len());
    let body = json!({ "Command": list_commands::view(command, now) });
    Ok(reply::reply(200, &body).about(about))
}

/// The document as the caller gave it, and its name.
fn check_document(ssm: &Ssm, estate: &Estate, input: &Input) -> Result<(String, String), Error> {
    let Some(document) = &input.document_name else {
        return Err(Error::validation("documentName must not be null"));
    };
    input::check_document_name(document)?;
    let (account, region) = (&estate.scenario.account, &estate.scenario.region);
    let name = documents::named(document, account, region);
    let here = || estate.scenario.commands.iter().filter(|it| it.is_of(region));
    let scripted = || here().filter_map(Command::document);
    let is_made = ssm.document(name).is_some();
    if is_made || documents::is_owned(Kind::Command, name) || scripted().any(|known| known == name)
    {
        return Ok((document.clone(), name.to_owned()));
    }
    let others = estate.scenario.automations.iter().filter(|it| it.is_of(region));
    let others = others.filter_map(Automation::document);
    let message = documents::missing(Kind::Command, name, region, scripted(), others);
    Err(Error::new("InvalidDocument", message))
}

/// Named instances must run an operating system that the document is for.
fn check_platforms(estate: &Estate, document: &str, instances: &[usize]) -> Result<(), Error> {
    for index in instances {
        let instance = &estate.instances[*index];
        let platform = estate.server(instance.server).platform;
        if !documents::supports(document, platform) {
            return Err(Error::unsupported_platform(&instance.id, platform.name()));
        }
    }
    Ok(())
}

/// The parameters of the two documents that run scripts; those of others are not known. Returns how long
/// the command may run.
fn check_parameters(
    document: &str,
    parameters: &BTreeMap<String, Vec<String>>,
) -> Result<SignedDuration, Error> {
    let invalid = |message: String| Error::new("InvalidParameters", message);
    if documents::SCRIPTS.contains(&document) {
        if parameters.get(PARAMETERS[0]).is_none_or(Vec::is_empty) {
            return Err(invalid(format!("{document} requires the parameter commands")));
        }
        if let Some(name) = parameters.keys().find(|name| !PARAMETERS.contains(&name.as_str())) {
            return Err(invalid(format!("{document} has no parameter {name}")));
        }
    }
    match parameters.get("executionTimeout").and_then(|values| values.first()) {
        None => Ok(SignedDuration::from_hours(1)),
        Some(text) => match text.parse() {
            Ok(seconds @ 5..=172_800) => Ok(SignedDuration::from_secs(seconds)),
            _ => Err(invalid(format!("executionTimeout {text:?} is not from 5 to 172800"))),
        },
    }
}

/// The instances that are meant, by index. Named ones must have an agent that answers; targets
/// take those instances whose agents do.
fn find_instances(estate: &Estate, now: Timestamp, input: &Input) -> Result<Vec<usize>, Error> {
    let Input { instance_ids, targets, .. } = input;
    if instance_ids.is_empty() == targets.is_empty() {
        return Err(Error::validation("Exactly one of InstanceIds and Targets must be given"));
    }
    if instance_ids.len() > 50 || targets.len() > 5 {
        return Err(Error::validation("At most 50 instance ids or 5 targets can be given"));
    }
    let online = |index: usize| {
        agent::of(estate, &estate.instances[index], now).is_some_and(|agent| agent.online)
    };
    if targets.is_empty() {
        let mut found = Vec::new();
        for id in instance_ids {
            let index = estate.instances.iter().position(|instance| instance.id == *id);
            let index = index.filter(|index| online(*index));
            let index = index.ok_or_else(|| Error::invalid_instance(id))?;
            if found.contains(&index) {
                return Err(Error::new("DuplicateInstanceId", format!("{id} is given twice")));
            }
            found.push(index);
        }
        return Ok(found);
    }
    let targeted = |index: &usize| {
        let instance = &estate.instances[*index];
        targets.iter().all(|target| match target.key.strip_prefix("tag:") {
            Some(key) => instance.tags.get(key).is_some_and(|value| target.values.contains(value)),
            None => target.key == "InstanceIds" && target.values.contains(&instance.id),
        })
    };
    Ok((0..estate.instances.len()).filter(targeted).filter(|index| online(*index)).collect())
}
