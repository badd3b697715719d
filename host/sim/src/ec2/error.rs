//! EC2's errors.

use serde::Serialize;

use crate::plug::Failure;
use crate::wire::{Reply, xml};

/// A refusal by EC2.
#[derive(Debug)]
pub(crate) struct Error {
    status: u16,
    code: &'static str,
    message: String,
}

impl Error {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(super) fn invalid_action(action: &str) -> Self {
        let message = format!("The action {action} is not valid for this web service.");
        Self::new(400, "InvalidAction", message)
    }

    pub(super) fn missing(parameter: &str) -> Self {
        let message = format!("The request must contain the parameter {parameter}");
        Self::new(400, "MissingParameter", message)
    }

    pub(super) fn invalid_value(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidParameterValue", message)
    }

    pub(super) fn ids_with_pages() -> Self {
        let message = "The parameter instancesSet cannot be used with the parameter maxResults";
        Self::new(400, "InvalidParameterCombination", message)
    }

    pub(super) fn malformed_id(id: &str) -> Self {
        Self::new(400, "InvalidInstanceID.Malformed", format!("Invalid id: \"{id}\""))
    }

    pub(super) fn unknown_ids(ids: &[&str]) -> Self {
        let message = match ids {
            [id] => format!("The instance ID '{id}' does not exist"),
            _ => format!("The instance IDs '{}' do not exist", ids.join(", ")),
        };
        Self::new(400, "InvalidInstanceID.NotFound", message)
    }

    pub(super) fn protected(id: &str) -> Self {
        let message = format!(
            "The instance '{id}' may not be terminated. Modify its 'disableApiTermination' instance \
             attribute and try again."
        );
        Self::new(400, "OperationNotPermitted", message)
    }

    pub(super) fn too_many_tags() -> Self {
        let message = "The maximum number of tags for a resource has been reached.";
        Self::new(400, "TagLimitExceeded", message)
    }
}

/// Too many requests. EC2 does not say when to come again.
pub(super) fn throttled(_retry_after: i64) -> Reply {
    Error::new(503, "RequestLimitExceeded", "Request limit exceeded.").into()
}

/// A failure that any operation may meet. EC2 does not name the operation.
pub(super) fn failed(failure: Failure, _operation: &str) -> Reply {
    let error = match failure {
        Failure::AccessDenied => {
            let message = "You are not authorized to perform this operation.";
            Error::new(403, "UnauthorizedOperation", message)
        }
        Failure::ExpiredCredentials => Error::new(400, "RequestExpired", "Request has expired."),
        Failure::Unavailable => Error::new(503, "ServiceUnavailable", "The service is unavailable"),
        Failure::Internal => Error::new(500, "InternalError", "An internal error has occurred"),
    };
    error.into()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    errors: Errors<'a>,
    #[serde(rename = "RequestID")]
    request_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Errors<'a> {
    error: Detail<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail<'a> {
    code: &'a str,
    message: &'a str,
}

impl From<Error> for Reply {
    fn from(error: Error) -> Self {
        let detail = Detail { code: error.code, message: &error.message };
        let body = Body { errors: Errors { error: detail }, request_id: xml::REQUEST_ID };
        xml::reply(error.status, "Response", &body)
            .about(format!("{}: {}", error.code, error.message))
    }
}
