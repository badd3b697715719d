//! Makes strangers' text harmless. What comes from AWS, a runbook or a journal may hold escapes that
//! move the cursor, recolour a verdict, or retitle the window.

use std::fmt::Write;

use moontide_runtime::sandbox::plain;

/// Characters of one piece of text that a terminal gets. The engine cuts what scripts say far below; what
/// AWS, a param or a journal says may be longer, and is whole in JSON.
const MOST: usize = 4_000;

/// The text on one line: control characters, line breaks and characters that turn or hide text are
/// written as escapes. Tabs become spaces.
pub(crate) fn line(text: &str) -> String {
    plain(&text.replace('\t', "    "), MOST)
}

/// The same for a column of a table, which all others would have to make room for.
pub(crate) fn cell(text: &str) -> String {
    const MOST: usize = 100;
    plain(&text.replace('\t', "    "), MOST)
}

/// The same JSON document in ASCII: JSON itself insists on escapes only up to U+001F.
pub(crate) fn json(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        if character == ' ' || character.is_ascii_graphic() {
            clean.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(clean, "\\u{unit:04x}");
            }
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_sees_no_escape_and_no_second_line() {
        assert_eq!(line("\u{1b}[2Jok\nno\u{202e}!"), "\\u{1b}[2Jok\\nno\\u{202e}!");
        assert_eq!(line("\tGrüße, 東京"), "    Grüße, 東京");
    }

    #[test]
    fn json_stays_the_same_document() {
        let value = serde_json::json!({ "a": "\u{9b}31m \u{1b}[0m \u{202e} ü 🌙" });
        let clean = json(&value.to_string());
        assert!(clean.is_ascii() && !clean.contains('\u{1b}'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&clean).unwrap(), value);
    }
}
