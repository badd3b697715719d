//! The spellings in which a secret turns up: as it is, and as what passes it on writes it.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::sandbox::plain;

/// Shorter spellings are not looked for: blanking every `1` would hide the journal, not the secret.
pub(super) const SHORTEST: usize = 4;

/// No secret that is given is shorter, and none of letters alone is shorter than [`SHORTEST_WORD`]: it could not be told
/// from other text.
pub const SHORTEST_GIVEN: usize = 6;

/// See [`SHORTEST_GIVEN`].
pub const SHORTEST_WORD: usize = 12;

/// A shorter line of a secret that has several is not looked for by itself.
const SHORTEST_LINE: usize = 8;

/// What a URL writes as it is.
const IN_URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A value as the text that a program makes of it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Every spelling of the secret that is long enough to be told from other text.
pub(super) fn all(secret: &str) -> BTreeSet<String> {
    let mut spellings: BTreeSet<String> = written(secret).into_iter().collect();
    let lines: Vec<&str> = secret.lines().map(str::trim).collect();
    if lines.len() > 1 {
        let long = lines.into_iter().filter(|line| line.len() >= SHORTEST_LINE);
        spellings.extend(long.flat_map(written));
        spellings.extend(written(secret.trim_end()));
    }
    spellings.retain(|spelling| spelling.len() >= SHORTEST);
    spellings
}

fn written(text: &str) -> [String; 8] {
    let json = Value::from(text).to_string();
    [
        text.to_owned(),
        text.to_uppercase(),
        text.to_lowercase(),
        // Between its quotation marks.
        json[1..json.len() - 1].to_owned(),
        plain(text, usize::MAX),
        utf8_percent_encode(text, IN_URL).to_string(),
        BASE64_STANDARD_NO_PAD.encode(text),
        BASE64_URL_SAFE_NO_PAD.encode(text),
    ]
}

/// The spellings of which a cut may leave a part: those of the whole secret, and its lines.
pub(super) fn cuttable(secret: &str) -> BTreeSet<String> {
    let mut spellings: BTreeSet<String> = written(secret).into_iter().collect();
    let lines = secret.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE);
    spellings.extend(lines.take(MOST_LINES).map(str::to_owned));
    spellings.retain(|spelling| spelling.len() >= SHORTEST);
    spellings
}

/// So many lines of a secret are looked for where they are cut.
const MOST_LINES: usize = 100;
