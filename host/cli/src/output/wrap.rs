//! Text in lines of a width.

use std::io::{IsTerminal, stdout};

use moontide_control::environment;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What is piped is as wide as a page; a wider terminal is no easier to read.
const PAGE: usize = 100;

/// How wide lines on stdout may be: as `COLUMNS` says, else as the terminal is.
pub(crate) fn width() -> usize {
    let said = environment::text(environment::COLUMNS).and_then(|it| it.parse().ok());
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let width = said.or_else(|| stdout().is_terminal().then(seen).flatten()).unwrap_or(PAGE);
    width.clamp(24, 160)
}

/// The lines of a text, none of which is wider: broken at blanks, and within a word that is too long.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            if !line.is_empty() && line.width() + 1 + word.width() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            for letter in word.chars() {
                if line.width() + letter.width().unwrap_or(0) > width && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(letter);
            }
        }
        lines.push(line);
    }
    lines
}

/// The text, and blanks up to this width.
pub(crate) fn padded(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(blanks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_and_no_letter_is_lost() {
        let text = "a short one, then-one-word-that-is-far-too-long, and 東京東京東京";
        for width in [4, 10, 17, 100] {
            let lines = wrap(text, width);
            assert!(lines.iter().all(|line| line.width() <= width), "{lines:?}");
            let letters = |text: &str| text.replace(' ', "");
            assert_eq!(letters(&lines.concat()), letters(text));
        }
    }
}
