//! `PagerDuty`: the Events API, version 2. All of an execution is one incident, by its `dedup_key`: what is wrong opens it,
//! an answer acknowledges it, its end resolves it. An execution that has failed leaves it open: the operator has to look.

use moontide_runtime::plan::Mode;
use serde_json::{Value, json};

use super::{Known, Request, cut};
use crate::notify::event::{Event, What};

/// The requests: one, but for a test, whose incident is resolved at once.
pub fn requests(known: Known<'_>, event: &Event, text: &str) -> Vec<Request> {
    let actions: &[&str] = match event.event {
        What::Answered => &["acknowledge"],
        What::Completed | What::Cancelled => &["resolve"],
        What::Test => &["trigger", "resolve"],
        _ => &["trigger"],
    };
    let request = |action: &&str| Request::post(known.to, &body(known, event, text, action));
    actions.iter().map(request).collect()
}

fn body(known: Known<'_>, event: &Event, text: &str, action: &str) -> Value {
    let mut body = json!({
        "routing_key": known.secret,
        "event_action": action,
        "dedup_key": cut(&event.execution, 255),
    });
    if action == "trigger" {
        body["client"] = "Moontide".into();
        body["payload"] = json!({
            "summary": cut(text.lines().next().unwrap_or_default(), 1024),
            "source": cut(&event.execution, 255),
            "severity": severity(event),
            "timestamp": event.at.to_string(),
            "component": cut(&event.wave, 255),
            "group": event.runbook,
            "class": event.event.word(),
            "custom_details": {
                "text": cut(text, 8_000),
                "command": cut(&event.command, 2_000),
                "mode": event.mark(),
                "key": event.key,
                "account": event.account,
                "regions": event.regions,
            },
        });
    }
    body
}

/// How bad it is: of a drill one step less than on the day itself.
fn severity(event: &Event) -> &'static str {
    let steps = ["info", "warning", "error", "critical"];
    let at = match event.event {
        What::Unknown | What::Failed => 3,
        What::WaveFailed => 2,
        What::Waits | What::Missed | What::Held | What::Leftovers => 1,
        _ => 0,
    };
    let is_drill = event.mode == Mode::Drill && at > 1;
    steps[at - usize::from(is_drill)]
}
