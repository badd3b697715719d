//! Texts as receivers take them.

use crate::notify::event::Event;

/// What stands at the end of a text that was cut.
pub(super) const CUT: &str = "… (cut)";

/// A text of at most so many characters.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let kept = most.saturating_sub(CUT.chars().count());
    text.chars().take(kept).chain(CUT.chars()).collect()
}

/// How many bytes a character takes in JSON.
pub(super) fn size_in_json(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        it if it < ' ' => 6,
        it => it.len_utf8(),
    }
}

/// A text that takes at most so many bytes in JSON.
pub fn cut_json(text: &str, most: usize) -> String {
    if text.chars().map(size_in_json).sum::<usize>() <= most {
        return text.to_owned();
    }
    let mut left = most.saturating_sub(CUT.len());
    let fits = |character: &char| {
        let size = size_in_json(*character);
        let fits = size <= left;
        left = left.saturating_sub(size);
        fits
    };
    text.chars().take_while(fits).chain(CUT.chars()).collect()
}

/// What an event is about, in two words, for a subject or a title: `[DRILL] shop: waits`.
pub(super) fn title(event: &Event) -> String {
    format!("[{}] {}: {}", event.mark(), event.runbook, event.event.word().replace('_', " "))
}
