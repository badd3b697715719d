//! AWS Security Token Service, protocol query: who am I?

use jiff::Timestamp;
use serde::Serialize;

use crate::estate::Estate;
use crate::fact::Fact;
use crate::plug::{Facts, Failure, Plug};
use crate::wire::xml;
use crate::wire::{Claim, Message, Reply, Request, Service};

pub(crate) const FACTS: &[Fact] = &[Fact::assumed(
    "sts.caller",
    "Every caller is the role session `moontide` of the world's account, in every Region.",
    "there is one account and nobody's key is checked",
)];

/// STS, for the list of services.
pub(crate) const PLUG: Plug = Plug {
    service: Service { name: "sts", operations: &["GetCallerIdentity"] },
    recognise,
    handle,
    facts: Facts { courses: &[], calls: &[FACTS] },
    throttled,
    failed,
};

/// The mark of an unsigned call of STS.
const API_VERSION: &str = "2011-06-15";

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

fn recognise(message: &Message) -> Option<Claim> {
    let is_ours = message.scope.is_some()
        || message.may_be_form() && message.form("Version").as_deref() == Some(API_VERSION);
    message.form("Action").filter(|_| is_ours).map(Claim::Sure)
}

/// Answers a call of STS.
fn handle(estate: &mut Estate, _now: Timestamp, request: &Request) -> Reply {
    if request.operation != "GetCallerIdentity" {
        let message = format!("Could not find operation {}", request.operation);
        return error(400, "Sender", "InvalidAction", &message);
    }
    let account = estate.scenario.account.clone();
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

/// Too many requests. STS does not say when to come again.
fn throttled(_retry_after: i64) -> Reply {
    error(400, "Sender", "Throttling", "Rate exceeded")
}

/// A failure that any operation may meet.
fn failed(failure: Failure, operation: &str) -> Reply {
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

fn error(status: u16, who: &str, code: &str, message: &str) -> Reply {
    let body = ErrorBody {
        namespace: NAMESPACE,
        error: Detail { r#type: who, code, message },
        request_id: xml::REQUEST_ID,
    };
    xml::reply(status, "ErrorResponse", &body).about(format!("{code}: {message}"))
}
