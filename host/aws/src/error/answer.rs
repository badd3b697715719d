//! Reading an answer that says no.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Map, Value};

use crate::record::snake_case;

/// The codes by which AWS services refuse to be asked so often. EC2 says it with a 503, so the code
/// counts and not the status.
const THROTTLES: [&str; 12] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "RateExceeded",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottledException",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Whether `code` or `status` says that we ask too often.
pub(crate) fn is_throttle(code: &str) -> bool {
    THROTTLES.contains(&code)
}

/// Whether the call certainly did not happen, the code to report, whether another try may help.
pub(super) fn answered(status: u16, code: Option<&str>) -> (bool, String, bool) {
    let Some(code) = code else {
        return match status {
            429 => (true, "TooManyRequestsException".into(), true),
            500.. => (false, "InternalServerException".into(), true),
            _ => (false, "UnreadableAnswer".into(), true),
        };
    };
    let throttled = status == 429 || is_throttle(code);
    let timed_out = status == 408 || matches!(code, "RequestTimeout" | "RequestTimeoutException");
    let refused = (400..500).contains(&status) && !timed_out;
    (throttled || refused, code.to_owned(), throttled || !refused)
}

/// The status, and whatever else a JSON answer says, such as the quota that was exceeded.
pub(super) fn details(answer: &HttpResponse) -> Value {
    let mut details = Map::new();
    details.insert("status".into(), answer.status().as_u16().into());
    let body = answer.body().bytes().and_then(|it| serde_json::from_slice(it).ok());
    if let Some(Value::Object(body)) = body {
        let known = ["message", "Message", "code", "__type"];
        let more =
            body.into_iter().filter(|(name, it)| !known.contains(&name.as_str()) && !it.is_null());
        details.extend(more.map(|(name, it)| (snake_case(&name), it)));
    }
    Value::Object(details)
}
