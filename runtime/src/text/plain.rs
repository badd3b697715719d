//! Makes text from a script fit for a terminal.

/// The text on one line, at most `most` characters of it: control characters, line breaks and the
/// characters that turn or hide text are escaped, so that no script can write what looks like ours.
pub fn plain(text: &str, most: usize) -> String {
    let mut plain = String::with_capacity(text.len().min(most));
    let mut marks = 0;
    for (count, character) in text.chars().enumerate() {
        marks = if combines(character) { marks + 1 } else { 0 };
        if count >= most {
            plain.push_str("… (cut)");
            break;
        }
        match character {
            '\n' => plain.push_str("\\n"),
            '\r' => plain.push_str("\\r"),
            '\t' => plain.push_str("\\t"),
            _ if character.is_control() || deceives(character) || marks > MOST_MARKS => {
                plain.extend(character.escape_unicode());
            }
            _ => plain.push(character),
        }
    }
    plain
}

/// The same for bytes that need not be UTF-8, without looking at more of them than can be shown.
pub(crate) fn plain_bytes(bytes: &[u8], most: usize) -> String {
    let shown = &bytes[..bytes.len().min(most.saturating_mul(4) + 4)];
    plain(&String::from_utf8_lossy(shown), most)
}

/// The same for every string inside a value.
pub(crate) fn plain_value(value: &mut serde_json::Value, most: usize) {
    match value {
        serde_json::Value::String(text) => *text = plain(text, most),
        serde_json::Value::Array(items) => {
            for item in items {
                plain_value(item, most);
            }
        }
        serde_json::Value::Object(fields) => {
            *fields = std::mem::take(fields)
                .into_iter()
                .map(|(key, mut value)| {
                    plain_value(&mut value, most);
                    (plain(&key, most), value)
                })
                .collect();
        }
        _ => {}
    }
}

/// Characters that change the direction of text, break lines without being control characters, or
/// cannot be seen.
fn deceives(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Marks that stand above, below or through the letter before them. A few make one letter, a heap of them
/// covers the lines around.
fn combines(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// More marks on one letter than any language needs.
const MOST_MARKS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_sees_neither_escapes_nor_line_breaks_nor_turned_text() {
        assert_eq!(plain("ok\n\x1b[2Jdone\u{202e}!", 99), "ok\\n\\u{1b}[2Jdone\\u{202e}!");
        assert_eq!(plain("Grüße, 東京", 99), "Grüße, 東京");
        for hidden in ['\u{85}', '\u{200b}', '\u{2028}', '\u{3164}', '\u{feff}', '\u{e0041}'] {
            assert_eq!(plain(&hidden.to_string(), 99), hidden.escape_unicode().to_string());
        }
    }

    #[test]
    fn a_heap_of_marks_does_not_cover_the_lines_around() {
        assert_eq!(plain("e\u{301}\u{323}", 99), "e\u{301}\u{323}");
        let heap = plain(&format!("o{}", "\u{336}".repeat(5)), 99);
        assert_eq!(heap, "o\u{336}\u{336}\u{336}\\u{336}\\u{336}");
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(plain("abcdef", 3), "abc… (cut)");
        assert_eq!(plain_bytes(&[b'x'; 100], 3), "xxx… (cut)");
        assert_eq!(plain_bytes(b"a\xff", 9), "a\u{fffd}");
    }

    #[test]
    fn keys_and_values_inside_a_report_are_cleaned_too() {
        let mut value = serde_json::json!({"a\u{7}": ["\u{9b}m", 1]});
        plain_value(&mut value, 99);
        assert_eq!(value, serde_json::json!({"a\\u{7}": ["\\u{9b}m", 1]}));
    }
}
