//! Amazon `EventBridge`: an event for a bus.

use std::time::UNIX_EPOCH;

use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use jiff::Timestamp;

use super::Untold;
use crate::attempts::Attempts;
use crate::error;
use crate::session::Session;

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusEvent {
    /// The bus: its name, or its ARN, which names the Region.
    pub bus: String,
    /// Who says so, such as `dr.orchestration`.
    pub source: String,
    /// What kind of event it is.
    pub detail_type: String,
    /// More about it, as JSON.
    pub detail: String,
    /// What it is about, such as an execution.
    pub resources: Vec<String>,
    /// When it happened.
    pub at: Timestamp,
}

/// The Region of a bus that is named by its ARN.
pub fn region(bus: &str) -> Option<&str> {
    let rest = bus.strip_prefix("arn:")?;
    let mut parts = rest.split(':').skip(1);
    (parts.next() == Some("events")).then(|| parts.next())?.filter(|it| !it.is_empty())
}

/// Whether this names a bus.
pub fn is_bus(text: &str) -> bool {
    let letter = |it: char| it.is_ascii_alphanumeric() || "-_./".contains(it);
    let is_name = !text.is_empty() && text.len() <= 256 && text.chars().all(letter);
    is_name || (region(text).is_some() && text.contains(":event-bus/"))
}

/// Puts an event on its bus, once. Returns its id.
pub async fn put(session: &Session, event: &BusEvent) -> Result<String, Untold> {
    let region = match region(&event.bus) {
        Some(region) => region,
        None => session.region().map_err(|error| Untold::certain("Failed", error.to_string()))?,
    };
    let client = aws_sdk_eventbridge::Client::new(&session.config(region, Attempts::One));
    let since = u64::try_from(event.at.as_second()).unwrap_or_default();
    let entry = PutEventsRequestEntry::builder()
        .event_bus_name(&event.bus)
        .source(&event.source)
        .detail_type(&event.detail_type)
        .detail(&event.detail)
        .set_resources(Some(event.resources.clone()))
        .time(DateTime::from(UNIX_EPOCH + std::time::Duration::from_secs(since)))
        .build();
    let put = client.put_events().entries(entry).send().await;
    let put = put.map_err(|error| error::failed(&error))?;
    // The request is taken although an event in it may not be.
    let Some(came) = put.entries().first() else {
        return Err(Untold::certain("Failed", "the bus says nothing of it"));
    };
    match (came.event_id(), came.error_code()) {
        (Some(id), None) => Ok(id.to_owned()),
        (_, code) => {
            let code = code.unwrap_or("Failed").to_owned();
            let retryable = matches!(code.as_str(), "InternalFailure" | "ThrottlingException");
            let message = came.error_message().unwrap_or("the bus has not taken it").to_owned();
            Err(Untold { code, message, retryable })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_is_a_name_or_an_arn_that_says_the_region() {
        let arn = "arn:aws:events:eu-west-1:111122223333:event-bus/dr";
        assert_eq!((region(arn), region("default")), (Some("eu-west-1"), None));
        assert!(is_bus(arn) && is_bus("default") && is_bus("aws.partner/x.test/1"));
        for wrong in ["", "a b", "arn:aws:sns:eu-west-1:111122223333:dr", "https://x.test/"] {
            assert!(!is_bus(wrong), "{wrong}");
        }
    }
}
