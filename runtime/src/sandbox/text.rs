//! Makes text from a script fit for a terminal.

/// The text on one line, at most `most` characters of it: control characters, line breaks and the
/// characters that turn or hide text are escaped, so that no script can write what looks like ours.
pub fn plain(text: &str, most: usize) -> String {
    let mut plain = String::with_capacity(text.len().min(most));
    for (count, character) in text.chars().enumerate() {
        if count >= most {
            plain.push_str("… (cut)");
            break;
        }
        match character {
            '\n' => plain.push_str("\\n"),
            '\r' => plain.push_str("\\r"),
            '\t' => plain.push_str("\\t"),
            _ if character.is_control() || deceives(character) => {
                plain.extend(character.escape_unicode());
            }
            _ => plain.push(character),
        }
    }
    plain
}

/// The same for bytes that need not be UTF-8, without looking at more of them than can be shown.
pub(super) fn plain_bytes(bytes: &[u8], most: usize) -> String {
    let shown = &bytes[..bytes.len().min(most.saturating_mul(4) + 4)];
    plain(&String::from_utf8_lossy(shown), most)
}

/// The same for every string inside a value.
pub(super) fn plain_value(value: &mut serde_json::Value, most: usize) {
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
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_sees_neither_escapes_nor_line_breaks_nor_turned_text() {
        assert_eq!(plain("ok\n\x1b[2Jdone\u{202e}!", 99), "ok\\n\\u{1b}[2Jdone\\u{202e}!");
        assert_eq!(plain("Grüße, 東京", 99), "Grüße, 東京");
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
