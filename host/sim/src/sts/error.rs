//! Errors of STS.

use serde::Serialize;

use crate::plug::Failure;
use crate::wire::{Reply, xml};

pub(super) const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Too many requests. STS does not say when to come again.
pub(super) fn throttled(_retry_after: i64) -> Reply {
    error(400, "Sender", "Throttling", "Rate exceeded")
}

/// A failure that any operation may meet.
pub(super) fn failed(failure: Failure, operation: &str) -> Reply {
    match failure {
        Failure::AccessDenied => {
            let message = format!("User is not authorized to perform: sts:{operation}");
            error(403, "Sender", "AccessDenied", &message)
        }
        Failure::ExpiredCredentials => {
            let message = "The security token included in the request is expired";
            error(403, "Sender", "ExpiredToken", message)
        }
        Failure::Unavailable => {
            error(503, "Receiver", "ServiceUnavailable", "The service is unavailable")
        }
        Failure::Internal => {
            error(500, "Receiver", "InternalFailure", "An internal error has occurred")
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorBody<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    error: Detail<'a>,
    request_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail<'a> {
    r#type: &'a str,
    code: &'a str,
    message: &'a str,
}

/// A refusal; `who` is at fault: `Sender` or `Receiver`.
pub(super) fn error(status: u16, who: &str, code: &str, message: &str) -> Reply {
    let body = ErrorBody {
        namespace: NAMESPACE,
        error: Detail { r#type: who, code, message },
        request_id: xml::REQUEST_ID,
    };
    xml::reply(status, "ErrorResponse", &body).about(format!("{code}: {message}"))
}
