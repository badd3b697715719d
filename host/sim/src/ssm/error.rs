//! Errors of Systems Manager.

use serde_json::json;

use super::reply::reply;
use crate::plug::Failure;
use crate::wire::Reply;

/// A refusal by Systems Manager.
#[derive(Debug)]
pub(crate) struct Error {
    status: u16,
    kind: &'static str,
    message: String,
}

impl Error {
    /// A refusal with one of the names in the service's model.
    pub(super) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, kind, message: message.into() }
    }

    pub(super) fn unknown_operation(name: &str) -> Self {
        Self::new("UnknownOperationException", format!("The operation {name} is unknown"))
    }

    pub(super) fn serialization(message: String) -> Self {
        Self::new("SerializationException", message)
    }

    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    pub(super) fn invalid_instance(id: &str) -> Self {
        Self::new(
            "InvalidInstanceId",
            format!("Instances [[{id}]] not in a valid state for account"),
        )
    }

    /// The document is for another operating system.
    pub(super) fn unsupported_platform(id: &str, platform: &str) -> Self {
        let message =
            format!("Cannot perform operation for instance id {id} of platform type {platform}");
        Self::new("UnsupportedPlatformType", message)
    }
}

/// Too many requests. Systems Manager does not say when to come again.
pub(super) fn throttled(_retry_after: i64) -> Reply {
    Error::new("ThrottlingException", "Rate exceeded").into()
}

/// A failure that any operation may meet.
pub(super) fn failed(failure: Failure, operation: &str) -> Reply {
    let error = match failure {
        Failure::AccessDenied => {
            let message = format!("User is not authorized to perform: ssm:{operation}");
            Error::new("AccessDeniedException", message)
        }
        Failure::ExpiredCredentials => {
            let message = "The security token included in the request is expired";
            Error::new("ExpiredTokenException", message)
        }
        Failure::Unavailable => {
            Error { status: 503, ..Error::new("ServiceUnavailable", "The service is unavailable") }
        }
        Failure::Internal => Error {
            status: 500,
            ..Error::new("InternalServerError", "An internal error has occurred")
        },
    };
    error.into()
}

impl From<Error> for Reply {
    fn from(error: Error) -> Self {
        let body = json!({ "__type": error.kind, "message": error.message });
        let mut reply =
            reply(error.status, &body).about(format!("{}: {}", error.kind, error.message));
        reply.headers.push(("x-amzn-errortype", error.kind.to_owned()));
        reply
    }
}
