//! Replies of DRS: JSON.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::wire::Reply;

/// A reply with a body.
pub(super) fn reply(status: u16, body: &Value) -> Reply {
    Reply::new(status, "application/json", body.to_string())
}

/// A successful reply with one page of a list.
pub(super) fn page(items: &[Value], next_token: Option<String>) -> Reply {
    let mut body = json!({ "items": items });
    if let Some(token) = next_token {
        body["nextToken"] = token.into();
    }
    reply(200, &body)
}

/// A duration as DRS writes it; no lag is `P0D`.
pub(super) fn iso_duration(duration: SignedDuration) -> String {
    if duration.is_zero() { "P0D".to_owned() } else { duration.to_string() }
}
