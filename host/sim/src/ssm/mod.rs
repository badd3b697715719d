//! AWS Systems Manager, as far as Run Command and the start and end of automations go; protocol
//! JSON 1.1: the operation is in `X-Amz-Target`, times are seconds since 1970.

pub(crate) mod cancel_command;
pub(crate) mod error;
pub(crate) mod get_automation_execution;
pub(crate) mod instance_information;
pub(crate) mod invocations;
mod list_commands;
mod list_invocations;
mod paging;
pub(crate) mod send_command;
pub(crate) mod start_automation_execution;
pub(crate) mod stop_automation_execution;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::documents::{self, is_well_formed};
use crate::estate::{Estate, invoke};
use crate::fact::{Fact, source};
use crate::plug::{Facts, Plug};
use crate::wire::{Claim, Message, Reply, Request, Service};
use error::Error;

pub(crate) const FACTS: &[Fact] = &[
    Fact::documented(
        "ssm.protocol",
        "Requests are JSON with the operation in X-Amz-Target; an error is 400 with its name in \
         __type; times are seconds since 1970.",
        source::SSM_MODEL,
    ),
    Fact::documented(
        "ssm.output-cut",
        "GetCommandInvocation cuts stdout at 24,000 characters and stderr at 8,000; lists cut \
         output at 2,500.",
        source::SSM_MODEL,
    ),
];

/// Systems Manager, for the list of services.
pub(crate) const PLUG: Plug = Plug {
    service: Service { name: "ssm", operations: OPERATIONS },
    recognise,
    handle,
    facts: Facts {
        courses: &[invoke::FACTS],
        calls: &[
            FACTS,
            cancel_command::FACTS,
            documents::FACTS,
            send_command::FACTS,
            instance_information::FACTS,
            invocations::FACTS,
            start_automation_execution::FACTS,
            get_automation_execution::FACTS,
            stop_automation_execution::FACTS,
        ],
    },
    throttled: error::throttled,
    failed: error::failed,
};

const OPERATIONS: &[&str] = &[
    "CancelCommand",
    "DescribeInstanceInformation",
    "GetAutomationExecution",
    "GetCommandInvocation",
    "ListCommandInvocations",
    "ListCommands",
    "SendCommand",
    "StartAutomationExecution",
    "StopAutomationExecution",
];

/// Whatever has a target: no other service here speaks this protocol.
fn recognise(message: &Message) -> Option<Claim> {
    message.target().map(|operation| Claim::Sure(operation.to_owned()))
}

/// Answers a call of Systems Manager.
fn handle(estate: &mut Estate, now: Timestamp, request: &Request) -> Reply {
    let body = request.message.body.as_str();
    let reply = match request.operation.as_str() {
        "CancelCommand" => cancel_command::cancel(estate, now, body),
        "DescribeInstanceInformation" => instance_information::describe(estate, now, body),
        "GetAutomationExecution" => get_automation_execution::get(estate, now, body),
        "GetCommandInvocation" => invocations::get(estate, now, body),
        "ListCommandInvocations" => list_invocations::list(estate, now, body),
        "ListCommands" => list_commands::list(estate, now, body),
        "SendCommand" => send_command::send(estate, now, body),
        "StartAutomationExecution" => start_automation_execution::start(estate, now, body),
        "StopAutomationExecution" => stop_automation_execution::stop(estate, now, body),
        other => Err(Error::unknown_operation(other)),
    };
    reply.unwrap_or_else(Reply::from)
}

/// A successful reply.
fn reply(status: u16, body: &Value) -> Reply {
    Reply::new(status, "application/x-amz-json-1.1", body.to_string())
}

/// A successful reply with one page of the list `name`.
fn page(name: &str, items: &[Value], next_token: Option<String>) -> Reply {
    let mut body = json!({ name: items });
    if let Some(token) = next_token {
        body["NextToken"] = token.into();
    }
    reply(200, &body)
}

/// Reads a body. Unknown fields are ignored, as AWS does.
fn parse<T: DeserializeOwned>(body: &str) -> Result<T, Error> {
    serde_json::from_str(body).map_err(|error| Error::serialization(error.to_string()))
}

/// Refuses what cannot be a document's name.
fn check_document_name(name: &str) -> Result<(), Error> {
    if is_well_formed(name) {
        return Ok(());
    }
    Err(Error::validation(format!("documentName {name:?} is not the name or ARN of a document")))
}

/// A version of a document is a number from 1 on, `$DEFAULT` or `$LATEST`.
fn check_version(version: Option<&str>) -> Result<(), Error> {
    let is_number = |text: &str| {
        !text.starts_with('0') && !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
    };
    match version {
        Some(text) if !["$DEFAULT", "$LATEST"].contains(&text) && !is_number(text) => Err(
            Error::validation(format!("documentVersion {text:?} is not the version of a document")),
        ),
        _ => Ok(()),
    }
}

/// A time as this protocol writes it.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this era fit into 53 bits")]
fn seconds(time: Timestamp) -> Value {
    (time.as_millisecond() as f64 / 1000.0).into()
}

/// The first `most` characters.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
