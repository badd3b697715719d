//! Microsoft Teams: a Workflows webhook, which takes an adaptive card of at most 28 KB. The text stands in runs, which
//! know no Markdown: what a runbook says becomes no link. Without a bot a card can open pages only, and answers nothing.

use serde_json::{Value, json};

use super::words::title;
use super::{Known, Request, cut_json};
use crate::notify::event::Event;

/// So many bytes the text takes at most; with all else the card stays below 28 KB.
const LONGEST: usize = 20 * 1024;

/// The message.
pub fn request(known: Known<'_>, event: &Event, text: &str) -> Request {
    let has_template = known.receiver.text.is_some();
    let shown = if has_template { text } else { event.sentence.as_str() };
    let mut body =
        vec![run(&cut_json(&title(event), 400), &json!({ "weight": "Bolder", "size": "Medium" }))];
    body.extend(cut_json(shown, LONGEST).lines().take(40).map(|line| run(line, &json!({}))));
    if !has_template && !event.command.is_empty() {
        body.push(run(&cut_json(&event.command, 2_000), &json!({ "fontType": "Monospace" })));
    }
    body.push(run(&cut_json(&event.key, 400), &json!({ "isSubtle": true, "size": "Small" })));
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": body,
    });
    let attachment = json!({
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": null,
        "content": card,
    });
    Request::post(known.to, &json!({ "type": "message", "attachments": [attachment] }))
}

/// A line in a look of its own.
fn run(text: &str, look: &Value) -> Value {
    let mut run = json!({ "type": "TextRun", "text": text });
    if let (Some(run), Some(look)) = (run.as_object_mut(), look.as_object()) {
        run.extend(look.clone());
    }
    json!({ "type": "RichTextBlock", "inlines": [run] })
}
