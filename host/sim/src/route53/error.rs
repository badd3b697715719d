//! Errors of Route 53.

use serde::Serialize;

use super::record_set::RecordSet;
use crate::plug::Failure;
use crate::wire::{Reply, xml};

pub(super) const NAMESPACE: &str = "https://route53.amazonaws.com/doc/2013-04-01/";

/// A refusal by Route 53.
#[derive(Debug)]
pub(super) struct Error {
    status: u16,
    code: &'static str,
    message: String,
}

impl Error {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(super) fn unknown(operation: &str) -> Self {
        Self::new(404, "UnknownOperationException", format!("There is no {operation}"))
    }

    pub(super) fn no_such_zone(id: &str) -> Self {
        Self::new(404, "NoSuchHostedZone", format!("No hosted zone found with ID: {id}"))
    }

    pub(super) fn invalid_input(message: &str) -> Self {
        Self::new(400, "InvalidInput", message)
    }

    /// `why` is like `create: it already exists`.
    pub(super) fn invalid_batch(set: &RecordSet, why: &str) -> Self {
        let (verb, why) = why.split_once(": ").unwrap_or(("change", why));
        let (name, kind) = (&set.name, &set.r#type);
        let message = format!(
            "[Tried to {verb} resource record set [name='{name}', type='{kind}'] but {why}]"
        );
        Self::new(400, "InvalidChangeBatch", message)
    }

    pub(super) fn not_permitted(name: &str, zone: &str) -> Self {
        let message = format!("[RRSet with DNS name {name} is not permitted in zone {zone}]");
        Self::new(400, "InvalidChangeBatch", message)
    }
}

/// Too many requests. Route 53 does not say when to come again.
pub(super) fn throttled(_retry_after: i64) -> Reply {
    Error::new(400, "Throttling", "Rate exceeded").into()
}

/// A failure that any operation may meet.
pub(super) fn failed(failure: Failure, operation: &str) -> Reply {
    let error = match failure {
        Failure::AccessDenied => {
            let message = format!("User is not authorized to perform: route53:{operation}");
            Error::new(403, "AccessDenied", message)
        }
        Failure::ExpiredCredentials => {
            Error::new(403, "ExpiredToken", "The security token included in the request is expired")
        }
        Failure::Unavailable => Error::new(503, "ServiceUnavailable", "The service is unavailable"),
        Failure::Internal => Error::new(500, "InternalFailure", "An internal error has occurred"),
    };
    error.into()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    error: Detail<'a>,
    request_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail<'a> {
    r#type: &'static str,
    code: &'a str,
    message: &'a str,
}

impl From<Error> for Reply {
    fn from(error: Error) -> Self {
        let r#type = if error.status < 500 { "Sender" } else { "Receiver" };
        let detail = Detail { r#type, code: error.code, message: &error.message };
        let body = Body { namespace: NAMESPACE, error: detail, request_id: xml::REQUEST_ID };
        xml::reply(error.status, "ErrorResponse", &body)
            .about(format!("{}: {}", error.code, error.message))
    }
}
