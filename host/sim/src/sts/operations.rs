//! `GetCallerIdentity`: the caller's account and ARN.

use jiff::Timestamp;
use serde::Serialize;

use super::error::{NAMESPACE, error};
use crate::estate::Estate;
use crate::fact::Fact;
use crate::plug::State;
use crate::wire::{Reply, Request, xml};

pub(crate) const FACTS: &[Fact] = &[Fact::assumed(
    "sts.caller",
    "Every caller is the role session `moontide` of the world's account, in every Region.",
    "there is one account and no key is checked",
)];

/// Those that are simulated.
pub(super) const NAMES: &[&str] = &["GetCallerIdentity"];

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

/// STS has nothing of its own.
#[derive(Debug)]
pub(super) struct Sts;

impl State for Sts {
    fn handle(&mut self, estate: &mut Estate, _now: Timestamp, request: &Request) -> Reply {
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
}
