//! Amazon SNS: a message, whose subject a mail shows, and attributes that subscriptions filter by.

use std::collections::BTreeMap;

use moontide_aws::tell::sns::Message;
use moontide_runtime::text::hex::hex;
use ring::digest;

use super::words::title;
use super::{Known, cut_json};
use crate::notify::event::Event;

/// A subject has so many characters of ASCII at most, and neither line breaks nor control characters.
const SUBJECT: usize = 100;
/// A message with its attributes has at most 256 KB.
const LONGEST: usize = 200 * 1024;

/// The message.
pub fn message(known: Known<'_>, event: &Event, text: &str) -> Message {
    let attributes = [
        ("event", event.event.word().to_owned()),
        ("mode", crate::words::mode(event.mode).to_owned()),
        ("runbook", event.runbook.clone()),
        ("execution", event.execution.clone()),
        ("key", event.key.clone()),
    ];
    // An attribute without a value is none.
    let attributes = attributes.into_iter().filter(|(_, value)| !value.is_empty());
    let attributes: BTreeMap<String, String> =
        attributes.map(|(name, value)| (name.to_owned(), value)).collect();
    // At most 128 characters of ASCII.
    let deduplication = digest::digest(&digest::SHA256, event.key.as_bytes());
    Message {
        topic: known.to.to_owned(),
        subject: subject(&title(event)),
        text: format!("{}\n\n{}", cut_json(text, LONGEST), event.key),
        attributes,
        group: event.execution.clone(),
        deduplication: hex(deduplication.as_ref()),
    }
}

/// A subject that SNS takes.
pub fn subject(title: &str) -> String {
    let plain = |it: char| if it.is_ascii_graphic() || it == ' ' { it } else { '?' };
    let subject: String = title.trim_start().chars().map(plain).take(SUBJECT).collect();
    // It begins with a letter, a digit or a mark, as `[` is one.
    if subject.is_empty() { "Moontide".to_owned() } else { subject }
}
