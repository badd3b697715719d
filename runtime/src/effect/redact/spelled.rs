//! The spellings in which a secret turns up: as it is, and as what passes it on writes it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::encoded;
use crate::history::Format;
use crate::text::plain;

/// Shorter spellings are not looked for: blanking every `1` would hide the journal, not the secret.
pub(super) const SHORTEST: usize = 4;

/// A shorter line of a secret that has several is not looked for by itself.
const SHORTEST_LINE: usize = 8;

/// So many lines of a secret are looked for where they are cut.
const MOST_LINES: usize = 100;

/// A value as the text that a program makes of it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Which spellings an execution of a format looks for. What it looks for in arguments decides their hashes, and what it
/// hides of an outcome is what its program goes on with: an execution keeps to those that it began with.
pub(super) fn are_all(format: Format) -> bool {
    format >= Format(7)
}

/// Every spelling of the secret that is long enough to be told from other text; case is looked at by the search.
pub(super) fn all(secret: &str, format: Format) -> BTreeSet<String> {
    let written = |text: &str| written(text, format);
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

/// The pieces of the secret's base64 that stand in the base64 of what it is part of; they are found in the middle of
/// other letters.
pub(super) fn pieces(secret: &str, format: Format) -> BTreeSet<String> {
    if !are_all(format) {
        return BTreeSet::new();
    }
    let (upper, lower) = (secret.to_ascii_uppercase(), secret.to_ascii_lowercase());
    let lines = secret.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE);
    let all = [secret, secret.trim_end(), &upper, &lower].into_iter().chain(lines);
    all.flat_map(encoded::base64_pieces).collect()
}

fn written(text: &str, format: Format) -> Vec<String> {
    let mut written = vec![
        text.to_owned(),
        text.to_uppercase(),
        text.to_lowercase(),
        encoded::json(text),
        plain(text, usize::MAX),
        encoded::percent(text),
    ];
    written.extend(encoded::base64(text));
    if are_all(format) {
        written.push(encoded::json(&encoded::json(text)));
        written.push(encoded::ascii_json(text));
        written.extend(encoded::other_percent(text));
        written.extend(encoded::shell(text));
        if !text.is_ascii() {
            written.extend(
                [text.to_uppercase(), text.to_lowercase()].map(|it| plain(&it, usize::MAX)),
            );
        }
    }
    written
}

/// The spellings of which a cut may leave a part: those of the whole secret, and its lines.
pub(super) fn cuttable(secret: &str, format: Format) -> BTreeSet<String> {
    let mut spellings: BTreeSet<String> = written(secret, format).into_iter().collect();
    if are_all(format) {
        let percent = [encoded::percent(secret)].into_iter().chain(encoded::other_percent(secret));
        spellings.extend(percent.map(|it| encoded::lower_digits(&it)));
        spellings.extend([secret.to_ascii_uppercase(), secret.to_ascii_lowercase()]);
        spellings.extend(encoded::base64_pieces(secret));
    }
    let lines = secret.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE);
    spellings.extend(lines.take(MOST_LINES).map(str::to_owned));
    spellings.retain(|spelling| spelling.len() >= SHORTEST);
    spellings
}
