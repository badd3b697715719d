//! AWS Security Token Service, protocol query: who am I?

use serde::Serialize;

use crate::estate::Estate;
use crate::fact::Fact;
use crate::http::Request;
use crate::wire::Reply;
use crate::wire::xml;

pub(crate) const FACTS: &[Fact] = &[Fact::assumed(
    "sts.caller",
    "Every caller is the role session `moontide` of the world's account, in every Region.",
    "there is one account and nobody's key is checked",
)];

/// The operations that are simulated.
pub(crate) const OPERATIONS: &[&str] = &["GetCallerIdentity"];

/// Tells an unsigned call of STS from one of EC2.
pub(crate) const API_VERSION: &str = "2011-06-15";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    get_caller_identity_result: Identity,
    response_metadata: Metadata,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Identity {
    arn: String,
    user_id: &'static str,
    account: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    request_id: &'static str,
}

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Answers a call of STS.
pub(crate) fn handle(estate: &Estate, request: &Request) -> Reply {
    if request.operation != "GetCallerIdentity" {
        let message = format!("Could not find operation {}", request.operation);
        return error(400, "Sender", "InvalidAction", &message);
    }
    let account = estate.world.account.clone();
    let body = Output {
        namespace: NAMESPACE,
        get_caller_identity_result: Identity {
            arn: format!("arn:aws:sts::{account}:assumed-role/moontide/moontide"),
            user_id: "AROAMOONTIDESIMULATED:moontide",
            account: account.clone(),
        },
        response_metadata: Metadata { request_id: xml::REQUEST_ID },
    };
    xml::reply(200, "GetCallerIdentityResponse", &body).about(account)
}

/// Too many requests.
pub(crate) fn throttled() -> Reply {
    error(400, "Sender", "Throttling", "Rate exceeded")
}

/// The caller may not do this.
pub(crate) fn access_denied(operation: &str) -> Reply {
    let message = format!("User is not authorized to perform: sts:{operation}");
    error(403, "Sender", "AccessDenied", &message)
}

/// The caller's credentials are too old.
pub(crate) fn expired() -> Reply {
    error(403, "Sender", "ExpiredToken", "The security token included in the request is expired")
}

/// The Region is down.
pub(crate) fn unavailable() -> Reply {
    error(503, "Receiver", "ServiceUnavailable", "The service is unavailable")
}

/// The service's own fault.
pub(crate) fn internal_error() -> Reply {
    error(500, "Receiver", "InternalFailure", "An internal error has occurred")
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

fn error(status: u16, who: &str, code: &str, message: &str) -> Reply {
    let body = ErrorBody {
        namespace: NAMESPACE,
        error: Detail { r#type: who, code, message },
        request_id: xml::REQUEST_ID,
    };
    xml::reply(status, "ErrorResponse", &body).about(format!("{code}: {message}"))
}
