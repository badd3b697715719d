//! Places in a text. An editor counts lines from 0 and UTF-16 units, the type checker lines from 0 and bytes, and a
//! finding lines from 1 and characters.

use lsp_types::{Position, Range, TextDocumentContentChangeEvent};

use crate::types::answers::Spot;

/// The byte of a text at which a line begins; the end of the text, if it has no such line.
fn line_start(text: &str, line: u32) -> usize {
    let Some(before) = (line as usize).checked_sub(1) else { return 0 };
    text.match_indices('\n').nth(before).map_or(text.len(), |(at, _)| at + 1)
}

/// The line without what ends it.
fn line(text: &str, line: u32) -> &str {
    let rest = &text[line_start(text, line)..];
    let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
    line.strip_suffix('\r').unwrap_or(line)
}

/// So many UTF-16 units.
pub(super) fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// The byte in a line at which so many UTF-16 units are over.
fn byte_of(line: &str, character: u32) -> usize {
    let mut left = character;
    for (at, letter) in line.char_indices() {
        let Some(rest) = left.checked_sub(u32::try_from(letter.len_utf16()).unwrap_or(1)) else {
            return at;
        };
        if left == 0 {
            return at;
        }
        left = rest;
    }
    line.len()
}

/// As the type checker counts.
pub(super) fn spot(text: &str, at: Position) -> Spot {
    let byte = byte_of(line(text, at.line), at.character);
    Spot { line: at.line, byte: u32::try_from(byte).unwrap_or(u32::MAX) }
}

/// The line up to a place.
pub(super) fn before(text: &str, at: Position) -> &str {
    let line = line(text, at.line);
    &line[..byte_of(line, at.character)]
}

/// As an editor counts, from what the type checker says.
pub(super) fn position(text: &str, at: Spot) -> Position {
    let line = line(text, at.line);
    let before = line.get(..at.byte as usize).unwrap_or(line);
    Position::new(at.line, units(before))
}

/// As an editor counts, from what a finding says.
pub(super) fn position_of(text: &str, (from_1, column): (usize, usize)) -> Position {
    let at = u32::try_from(from_1.saturating_sub(1)).unwrap_or(u32::MAX);
    let before: String = line(text, at).chars().take(column.saturating_sub(1)).collect();
    Position::new(at, units(&before))
}

/// The word, or the text between quotes, that begins at a place; else the rest of its line.
pub(super) fn word(text: &str, begin: Position) -> Range {
    let line = line(text, begin.line);
    let rest = &line[byte_of(line, begin.character)..];
    let is_of_a_word = |it: char| it.is_alphanumeric() || it == '_';
    let quoted = rest.strip_prefix(['"', '\'']).and_then(|inner| inner.find(&rest[..1]));
    let word = match quoted {
        Some(end) => &rest[..end + 2],
        None => rest.split(|it| !is_of_a_word(it)).next().unwrap_or_default(),
    };
    let length = if word.is_empty() { units(rest.trim_end()) } else { units(word) };
    Range::new(begin, Position::new(begin.line, begin.character + length))
}

/// What stands between two places of one line.
pub(super) fn within(text: &str, range: Range) -> &str {
    let line = line(text, range.start.line);
    let end = if range.end.line == range.start.line { range.end.character } else { u32::MAX };
    line.get(byte_of(line, range.start.character)..byte_of(line, end)).unwrap_or_default()
}

/// Makes the changes of an editor, one after another.
pub(super) fn change(text: &mut String, changes: Vec<TextDocumentContentChangeEvent>) {
    for change in changes {
        let Some(range) = change.range else {
            *text = change.text;
            continue;
        };
        let offset = |at: Position| {
            let start = line_start(text, at.line);
            (start + byte_of(line(text, at.line), at.character)).min(text.len())
        };
        let (begin, end) = (offset(range.start), offset(range.end));
        text.replace_range(begin..end.max(begin), &change.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A wave takes two UTF-16 units and four bytes, an umlaut one unit and two bytes.
    const TEXT: &str = "one\r\n🌊ü = x.name\n";

    #[test]
    fn a_place_is_the_same_however_it_is_counted() {
        let at = Position::new(1, 3);
        assert_eq!(spot(TEXT, at), Spot { line: 1, byte: 6 });
        assert_eq!(position(TEXT, Spot { line: 1, byte: 6 }), at);
        assert_eq!(position_of(TEXT, (2, 3)), at);
        assert_eq!(before(TEXT, at), "🌊ü");
        assert_eq!(before(TEXT, Position::new(0, 400)), "one");
        assert_eq!(spot(TEXT, Position::new(400, 2)), Spot { line: 400, byte: 0 });
    }

    #[test]
    fn a_word_is_marked_whole() {
        let range = |from: u32, to: u32| Range::new(Position::new(1, from), Position::new(1, to));
        assert_eq!(word(TEXT, Position::new(1, 8)), range(8, 12));
        assert_eq!(word(TEXT, Position::new(1, 4)), range(4, 12));
        assert_eq!(within(TEXT, range(8, 12)), "name");
        let quoted = "x = \"a b\", 'c'";
        let range = |from: u32, to: u32| Range::new(Position::new(0, from), Position::new(0, to));
        assert_eq!(word(quoted, Position::new(0, 4)), range(4, 9));
        assert_eq!(within(quoted, range(4, 9)), "\"a b\"");
        assert_eq!(word(quoted, Position::new(0, 11)), range(11, 14));
    }

    fn changed(text: &str, (from, to): ((u32, u32), (u32, u32)), by: &str) -> String {
        let mut text = text.to_owned();
        let at = |(line, character)| Position::new(line, character);
        let range = Some(Range::new(at(from), at(to)));
        let event =
            TextDocumentContentChangeEvent { range, range_length: None, text: by.to_owned() };
        change(&mut text, vec![event]);
        text
    }

    #[test]
    fn an_edit_is_made_where_the_editor_means_it() {
        assert_eq!(changed(TEXT, ((1, 2), (1, 3)), "u"), "one\r\n🌊u = x.name\n");
        assert_eq!(changed(TEXT, ((0, 3), (1, 0)), "\n"), "one\n🌊ü = x.name\n");
        assert_eq!(changed(TEXT, ((2, 0), (2, 0)), "-- end"), TEXT.to_owned() + "-- end");
        assert_eq!(changed(TEXT, ((0, 0), (400, 0)), ""), "");
        assert_eq!(changed(TEXT, ((1, 5), (0, 9)), "!"), "one\r\n🌊ü =! x.name\n");
    }
}
