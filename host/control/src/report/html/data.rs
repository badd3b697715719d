//! The report's data in its page: as JSON, in ASCII, between two marks.

use std::fmt::Write;

use serde_json::Value;

use crate::error::{CommandError, Result, code};
use crate::report::Report;

/// What stands before the data.
const BEGIN: &str = "<pre id=\"report-data\">";
/// What stands behind it.
const END: &str = "</pre>";

/// What the page escapes, and how: the ampersand comes last when it is read.
const ESCAPED: [(&str, &str); 6] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#x27;", "'"),
    ("&#x2f;", "/"),
    ("&amp;", "&"),
];

/// The data as JSON in ASCII: nothing in it can hide or turn text.
pub fn written(report: &Report) -> Result<String> {
    let text = serde_json::to_string(report);
    let text = text.map_err(|error| CommandError::new(code::INTERNAL, error.to_string()))?;
    Ok(ascii(&text))
}

/// The same JSON in ASCII.
pub(crate) fn ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for character in text.chars() {
        if character == ' ' || character.is_ascii_graphic() {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    ascii
}

/// The data of a page; `None` if it has none that can be read.
pub fn read(page: &str) -> Option<Value> {
    let (_, rest) = page.split_once(BEGIN)?;
    let (escaped, _) = rest.split_once(END)?;
    let text = ESCAPED.iter().fold(escaped.to_owned(), |text, (from, to)| text.replace(from, to));
    serde_json::from_str(&text).ok()
}
