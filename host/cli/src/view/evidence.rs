//! What a person looks at before they say whether an effect happened.

use moontide_runtime::effect::Evidence;
use serde_json::Value;

use crate::output::Page;
use crate::output::style::{faint, plain};

/// A longer piece is cut; `moontide show --output json` has all of it.
const LONGEST: usize = 600;

/// What was sent, under which key, and what was found while looking for it. The sentence is part of the
/// question.
pub(crate) fn write(page: &mut Page, evidence: &Evidence) {
    let found = &evidence.found;
    let operation = found["operation"].as_str().unwrap_or_default();
    page.line([faint("sent: "), plain(format!("{operation} {}", short(&found["arguments"])))]);
    if let Some(key) = found["key"].as_str() {
        page.line([faint("key: "), plain(key)]);
    }
    if !found["found"].is_null() {
        page.line([faint("found: "), plain(short(&found["found"]))]);
    }
}

/// The value as JSON, if need be without its end.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
