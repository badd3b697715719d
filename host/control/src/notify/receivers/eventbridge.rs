//! Amazon `EventBridge`: an event of the source `dr.orchestration`, for rules to match.

use moontide_aws::tell::eventbridge::BusEvent;

use super::{Known, cut_json, webhook};
use crate::notify::event::{Event, What};

/// Who says so.
pub const SOURCE: &str = "dr.orchestration";

/// The event; `None`: a bus has no word for it.
pub fn event(known: Known<'_>, event: &Event, text: &str) -> Option<BusEvent> {
    let detail_type = detail_type(event.event)?;
    Some(BusEvent {
        bus: known.to.to_owned(),
        source: SOURCE.to_owned(),
        detail_type: detail_type.to_owned(),
        // An entry has at most 256 KB.
        detail: webhook::body(event, &cut_json(text, 128 * 1024)).to_string(),
        resources: vec![event.execution.clone()],
        at: event.at,
    })
}

/// The kind of event, as a rule matches it.
fn detail_type(event: What) -> Option<&'static str> {
    Some(match event {
        What::Started => "started",
        What::Waits | What::Unknown => "paused",
        What::Completed => "completed",
        What::Failed => "failed",
        What::Cancelled => "cancelled",
        What::Test => "test",
        _ => return None,
    })
}
