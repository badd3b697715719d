//! `StartAutomationExecution`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::automation::AutomationOrder;
use super::error::Error;
use super::input;
use super::reply;
use super::state::Ssm;
use crate::documents::{self, Kind};
use crate::estate::Estate;
use crate::fact::{Fact, source};
use crate::scenario::{Automation, Command};
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ssm.start-automation.token",
        "The same ClientToken, in capitals or not, returns the same execution; with other \
         arguments it is IdempotentParameterMismatch.",
        source::SSM_MODEL,
    ),
    Fact::assumed(
        "ssm.start-automation.token-for-ever",
        "A ClientToken is remembered for ever.",
        "it \"can't be reused\", and no time is documented",
    ),
    Fact::documented(
        "ssm.start-automation.limits",
        "Parameters, where given, are 1 to 200, with names of 1 to 50 characters and at most 50 \
         values of 1 to 512; a ClientToken is a UUID.",
        source::SSM_MODEL,
    ),
    Fact::assumed(
        "ssm.start-automation.documents",
        "An automation that AWS owns or the world scripts starts in any version, whatever its parameters are.",
        "there is no document store behind the simulator",
    ),
    Fact::assumed(
        "ssm.start-automation.plain",
        "Targets, locations, tags, alarms and the interactive mode are ignored.",
        "they would need what an automation's steps do, and nothing here has steps",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    document_name: Option<String>,
    document_version: Option<String>,
    parameters: Option<BTreeMap<String, Vec<String>>>,
    client_token: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

pub(super) fn start(
    ssm: &mut Ssm,
    estate: &Estate,
    now: Timestamp,
    body: &str,
) -> Result<Reply, Error> {
    let input: Input = input::parse(body)?;
    let document =
        input.document_name.ok_or_else(|| Error::validation("documentName must not be null"))?;
    input::check_document_name(&document)?;
    input::check_version(input.document_version.as_deref())?;
    input.parameters.as_ref().map_or(Ok(()), check_parameters)?;
    let token = input.client_token.map(|token| token.to_ascii_lowercase());
    token.as_deref().map_or(Ok(()), check_token)?;
    let name =
        documents::named(&document, &estate.scenario.account, &estate.scenario.region).to_owned();
    check_exists(estate, &name)?;
    let order = AutomationOrder {
        document,
        name,
        document_version: input.document_version,
        parameters: input.parameters,
        rest: input.rest,
    };
    if let Some(known) = token.as_deref().and_then(|token| ssm.automation_of(token)) {
        if known.order != order {
            let message = "The token was used with other arguments";
            return Err(Error::new("IdempotentParameterMismatch", message));
        }
        return Ok(reply(&known.id).about(format!("{}: known by its token", known.id)));
    }
    let run = ssm.start_automation(estate, order, token, now);
    Ok(reply(&run.id).about(format!("{}: {}", run.id, run.order.document)))
}

fn reply(id: &str) -> Reply {
    reply::reply(200, &json!({ "AutomationExecutionId": id }))
}

/// An entry of the world without a `document` stands for any automation of the account.
fn check_exists(estate: &Estate, name: &str) -> Result<(), Error> {
    let region = estate.scenario.region.as_str();
    let scripts = || estate.scenario.automations.iter().filter(|it| it.is_of(region));
    let commands = estate.scenario.commands.iter().filter(|it| it.is_of(region));
    let others = || commands.clone().filter_map(Command::document);
    let is_made = scripts().any(|script| script.makes(name)) && !others().any(|it| it == name);
    if documents::is_owned(Kind::Automation, name) || is_made {
        return Ok(());
    }
    let scripted = scripts().filter_map(Automation::document);
    let message = documents::missing(Kind::Automation, name, region, scripted, others());
    Err(Error::new("AutomationDefinitionNotFoundException", message))
}

fn check_parameters(parameters: &BTreeMap<String, Vec<String>>) -> Result<(), Error> {
    let check = |what: &str, size: usize, allowed: RangeInclusive<usize>| {
        let (least, most) = (allowed.start(), allowed.end());
        let wrong = || Error::validation(format!("{what} must be from {least} to {most}"));
        allowed.contains(&size).then_some(()).ok_or_else(wrong)
    };
    check("the size of parameters", parameters.len(), 1..=200)?;
    for (name, values) in parameters {
        check("the length of a parameter's name", name.chars().count(), 1..=50)?;
        check("the number of a parameter's values", values.len(), 0..=50)?;
        for value in values {
            check("the length of a parameter's value", value.chars().count(), 1..=512)?;
        }
    }
    Ok(())
}

/// Eight, four, four, four and twelve hexadecimal digits.
fn check_token(token: &str) -> Result<(), Error> {
    let parts = token.split('-').map(str::len);
    let hexadecimal = token.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    if parts.eq([8, 4, 4, 4, 12]) && hexadecimal {
        return Ok(());
    }
    Err(Error::validation(format!("clientToken {token:?} is not a UUID")))
}
