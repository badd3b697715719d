//! Replies of Systems Manager: JSON 1.1, in which times are seconds since 1970.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::wire::Reply;

/// A reply with a body.
pub(super) fn reply(status: u16, body: &Value) -> Reply {
    Reply::new(status, "application/x-amz-json-1.1", body.to_string())
}

/// A successful reply with one page of the list `name`.
pub(super) fn page(name: &str, items: &[Value], next_token: Option<String>) -> Reply {
    let mut body = json!({ name: items });
    if let Some(token) = next_token {
        body["NextToken"] = token.into();
    }
    reply(200, &body)
}

/// A time as this protocol writes it.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this era fit into 53 bits")]
pub(super) fn seconds(time: Timestamp) -> Value {
    (time.as_millisecond() as f64 / 1000.0).into()
}

/// The first `most` characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
