//! Slack: an incoming webhook. `text` is what a notification shows, `blocks` what the channel does.

use serde_json::json;

use super::words::{CUT, size_in_json, title};
use super::{Known, Request};
use crate::notify::event::Event;

/// A section takes 3,000 characters.
const SECTION: usize = 2_900;
/// All of it together takes about 13,000, so the other parts are short.
const PART: usize = 1_000;

/// The message.
pub fn request(known: Known<'_>, event: &Event, text: &str) -> Request {
    let mut blocks = Vec::new();
    let words = |text: String| json!({ "type": "mrkdwn", "text": text, "verbatim": true });
    let section = |text: String| json!({ "type": "section", "text": words(text) });
    let shown = if known.receiver.text.is_some() { text } else { event.sentence.as_str() };
    blocks.push(section(escaped(shown, SECTION)));
    if known.receiver.text.is_none() && !event.command.is_empty() {
        // A back-tick would end the line of code.
        let command = escaped(&event.command.replace('`', "'"), PART);
        blocks.push(section(format!("```{command}```")));
    }
    let about = format!("{} · {} · {}", title(event), event.execution, event.key);
    let about = escaped(&about, PART);
    blocks.push(json!({ "type": "context", "elements": [words(about)] }));
    Request::post(known.to, &json!({ "text": escaped(shown, PART), "blocks": blocks }))
}

/// The three characters that mean something to Slack are written otherwise, and what takes more than so many bytes in JSON
/// is cut, between them.
fn escaped(text: &str, most: usize) -> String {
    let (mut escaped, mut left) = (String::new(), most.saturating_sub(CUT.len()));
    for character in text.chars() {
        let piece = match character {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            other => other.to_string(),
        };
        let size: usize = piece.chars().map(size_in_json).sum();
        if size > left {
            escaped.push_str(CUT);
            break;
        }
        left -= size;
        escaped.push_str(&piece);
    }
    escaped
}
