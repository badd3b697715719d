//! What is told of lines: the error of one, and what a session has done.

use moontide_runtime::effect::Outcome;
use moontide_runtime::journal::{Body, Entry};
use serde_json::Value;

use crate::output::Page;
use crate::output::style::{attention, bad, faint, plain, strong};

/// An error of a line: code, words, place.
pub(super) fn complain(page: &mut Page, error: &Value) {
    let text = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
    page.line([bad("error: "), strong(text("code")), plain(": "), plain(text("message"))]);
    page.indented(|page| {
        if !text("place").is_empty() {
            page.line([faint(text("place"))]);
        }
        if text("code") == "PolicyRefused" && text("message").contains("read-only") {
            page.line([plain(
                "`:write drill` lets lines launch drills, and change what those have made",
            )]);
        }
    });
}

/// What a session has done: its lines, and under each the effects.
pub(super) fn journal(page: &mut Page, entries: &[Entry]) {
    let mut number = 0;
    for entry in entries {
        let at = faint(entry.at.strftime("%H:%M:%SZ  ").to_string());
        match &entry.body {
            Body::Outcome { step, outcome, .. } if step.operation == "session.next_line" => {
                let Outcome::Ok { value } = outcome else { continue };
                if let Some(text) = value["text"].as_str() {
                    number += 1;
                    page.line([at, strong(format!("{number}  ")), plain(text.to_owned())]);
                }
            }
            Body::Outcome { step, outcome, .. } if !step.operation.starts_with("session.") => {
                let word = match outcome {
                    Outcome::Ok { .. } => plain("ok"),
                    Outcome::Failed { error } => bad(error.code.clone()),
                    Outcome::Unknown { .. } => attention("unknown"),
                };
                page.line([at, plain(format!("     {} ", step.operation)), word]);
            }
            _ => {}
        }
    }
}
