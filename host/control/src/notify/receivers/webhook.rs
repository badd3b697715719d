//! Any place that takes JSON: all of an event, versioned and signed.
//!
//! `X-Moontide-Signature: t=TIME,v1=HEX` is the HMAC-SHA256, under the shared secret, of the time, a full stop and the
//! body as it was received. A receiver compares it in constant time, and refuses what is older than a few minutes; a
//! repetition carries the same `X-Moontide-Key`.

use jiff::Timestamp;
use moontide_runtime::text::hex::hex;
use ring::hmac;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Known, Request};
use crate::contract::written;
use crate::notify::event::Event;

/// The body.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Body {
    /// What there is to say, as text: the template's words, or the event's sentence.
    text: String,
    /// How seriously it is meant, as it stands in front: `DRILL`, `RECOVERY`, `SIMULATED DRILL`, `TEST`.
    mark: String,
    /// What has happened.
    #[serde(flatten)]
    event: Event,
}

/// The message.
pub fn request(known: Known<'_>, event: &Event, text: &str, now: Timestamp) -> Request {
    let body = body(event, text);
    let mut request = Request::post(known.to, &body);
    let signature = signature(known.secret, now, &request.body);
    request.headers.extend([
        ("x-moontide-event".to_owned(), event.event.word().to_owned()),
        ("x-moontide-key".to_owned(), event.key.clone()),
        ("x-moontide-signature".to_owned(), signature),
    ]);
    request
}

/// The body.
pub fn body(event: &Event, text: &str) -> Value {
    written::document(&Body { text: text.to_owned(), mark: event.mark(), event: event.clone() })
}

/// The signature of a body at this time.
pub fn signature(secret: &str, at: Timestamp, body: &str) -> String {
    let at = at.as_second();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    format!("t={at},v1={}", hex(tag.as_ref()))
}
