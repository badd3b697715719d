//! What encoders make of a text in which a secret stands.

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What every URL writes as it is.
const IN_URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What `encodeURIComponent` writes as it is.
const IN_COMPONENT: &AsciiSet =
    &IN_URL.remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*');

/// A shorter piece of base64 is not looked for: it may be a part of anything.
const SHORTEST_PIECE: usize = 7;

/// The text in JSON, without its quotation marks.
pub(super) fn json(text: &str) -> String {
    let json = Value::from(text).to_string();
    json[1..json.len() - 1].to_owned()
}

/// The same where only ASCII is written.
pub(super) fn ascii_json(text: &str) -> String {
    let escaped = |unit: &u16| match u8::try_from(*unit) {
        Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
        _ => format!("\\u{unit:04x}"),
    };
    json(text).encode_utf16().map(|unit| escaped(&unit)).collect()
}

/// The text in a URL.
pub(super) fn percent(text: &str) -> String {
    utf8_percent_encode(text, IN_URL).to_string()
}

/// The text in a URL, as what is less strict, and forms, write it.
pub(super) fn other_percent(text: &str) -> [String; 2] {
    [utf8_percent_encode(text, IN_COMPONENT).to_string(), percent(text).replace("%20", "+")]
}

/// What is percent-encoded, with the digits of hexadecimal numbers in lower case.
pub(super) fn lower_digits(percent: &str) -> String {
    let mut digits = 0;
    let lower = |it: char| {
        let is_digit = digits > 0;
        digits = if it == '%' { 2 } else { digits - i32::from(is_digit) };
        if is_digit { it.to_ascii_lowercase() } else { it }
    };
    percent.chars().map(lower).collect()
}

/// The text between the single quotation marks of a shell, as people and as Python quote one in it.
pub(super) fn shell(text: &str) -> [String; 2] {
    [text.replace('\'', r"'\''"), text.replace('\'', "'\"'\"'")]
}

/// The whole base64 of the text.
pub(super) fn base64(text: &str) -> [String; 2] {
    [BASE64_STANDARD_NO_PAD.encode(text), BASE64_URL_SAFE_NO_PAD.encode(text)]
}

/// What is the same in the base64 of every text in which this one stands, however many bytes are before it: four
/// characters stand for three bytes, so those at the ends depend on the neighbours.
pub(super) fn base64_pieces(text: &str) -> Vec<String> {
    let piece = |engine: &GeneralPurpose, before: usize| {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(text.as_bytes());
        let encoded = engine.encode(&bytes);
        let (first, last) = (before + usize::from(before > 0), bytes.len() % 3);
        let end = encoded.len() - usize::from(last > 0);
        encoded.get(first..end).filter(|piece| piece.len() >= SHORTEST_PIECE).map(str::to_owned)
    };
    let engines = [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD];
    let pairs = engines.into_iter().flat_map(|engine| (0..3).map(move |before| (engine, before)));
    pairs.filter_map(|(engine, before)| piece(engine, before)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn encoders_write_a_text_like_this() {
        assert_eq!(ascii_json("a\"ö€🌙\n"), r#"a\"\u00f6\u20ac\ud83c\udf19\n"#);
        assert_eq!(lower_digits("A%2FB%C3%9CF%"), "A%2fB%c3%9cF%");
        assert_eq!(shell("it's"), [r"it'\''s", "it'\"'\"'s"]);
        assert_eq!(other_percent("a b'/"), ["a%20b'%2F", "a+b%27%2F"]);
    }

    proptest! {
        #[test]
        fn a_piece_stands_in_the_base64_of_whatever_it_is_part_of(
            before in proptest::collection::vec(any::<u8>(), 0..6),
            text in "[ -~äö]{6,20}",
            after in proptest::collection::vec(any::<u8>(), 0..6),
        ) {
            let whole = [&before, text.as_bytes(), &after].concat();
            let pieces = base64_pieces(&text);
            for encoded in [BASE64_STANDARD_NO_PAD.encode(&whole), BASE64_URL_SAFE_NO_PAD.encode(&whole)] {
                prop_assert!(pieces.iter().any(|piece| encoded.contains(piece)), "{}", encoded);
            }
        }
    }
}
