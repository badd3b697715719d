//! HTTP, as every service speaks it: the headers of each reply, and how long a caller may take.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;

use crate::fact::Fact;
use crate::wire::Reply;

pub(crate) const FACTS: &[Fact] = &[
    Fact::assumed(
        "http.signatures",
        "Signatures are not checked, and unsigned calls are served in the world's Region.",
        "on purpose: the simulator holds no secrets, and curl should work",
    ),
    Fact::documented(
        "http.date",
        "Every reply says in the header Date when it was sent.",
        "RFC 9110, and every published reply of AWS",
    ),
    Fact::observed(
        "http.request-id",
        "Every reply names its request in the header x-amzn-RequestId, replies in XML also in \
         their body.",
        "the headers that botocore's own parsers look for",
    ),
];

/// So long a caller may take for the head of a request, for its body, or to read on in a reply. A connection on
/// which nothing is asked is closed after it, too.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Marks a response that the caller must never get: the call has taken its course, but its reply
/// is lost on the way.
///
/// [`Simulator::serve`](crate::Simulator::serve) cuts the TCP connection. An in-process connector
/// finds this in the response's extensions and must answer with an I/O error instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplyDropped;

/// A moment as HTTP writes it (RFC 9110): `Fri, 20 Nov 2026 08:00:00 GMT`.
fn http_date(now: Timestamp) -> String {
    now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Puts a reply on the wire, with the moment at which it leaves by the pretend world's clock.
pub(crate) fn write(reply: Reply, now: Timestamp) -> Response {
    let mut response = Response::new(reply.body.into());
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
        headers.insert(header::DATE, date);
    }
    for (name, value) in &reply.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    if reply.dropped {
        response.extensions_mut().insert(ReplyDropped);
    }
    response
}
