//! Luau with its colours, and signatures whose types lead to where they are told.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::prose::escaped;
use crate::docs::find::every;
use crate::docs::{Topic, declaration};

const KEYWORDS: [&str; 18] = [
    "and", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil",
    "not", "or", "return", "then", "true", "while",
];

/// The names that the page has an anchor for.
pub(super) struct Names {
    all: BTreeSet<String>,
}

impl Names {
    /// Those of these topics.
    pub(super) fn of(topics: &[Topic]) -> Names {
        let topics_own = topics.iter().map(|it| it.name.clone());
        let entries = every(topics).into_iter().map(|it| it.name.clone());
        Names { all: topics_own.chain(entries).collect() }
    }

    /// The anchor of a name.
    pub(super) fn place(&self, name: &str) -> Option<&str> {
        self.all.get(name).map(String::as_str)
    }

    /// Where a type is told, as a chapter names it: in the chapter itself, among the records, or in a chapter of its own.
    fn place_of_type(&self, name: &str, topic: &Topic) -> Option<&str> {
        let own = self.place(&format!("{}.{name}", topic.name));
        let own = own.or_else(|| self.place(&format!("records.{name}")));
        let own = own.or_else(|| self.place(declaration::chapter(name)?));
        own.or_else(|| self.place(&format!("values.{name}")))
    }
}

/// A signature, in which each type that is told somewhere is a link.
pub(super) fn signature(text: &str, topic: &Topic, names: &Names) -> String {
    let mut html = String::new();
    for piece in pieces(text) {
        let is_type = piece.starts_with(|it: char| it.is_ascii_uppercase());
        match names.place_of_type(piece, topic).filter(|_| is_type) {
            Some(place) => {
                let _ = write!(html, "<a href=\"#{}\">{}</a>", escaped(place), escaped(piece));
            }
            None => html += &escaped(piece),
        }
    }
    html
}

/// A piece of Luau with marks around its comments, texts and keywords.
pub(super) fn luau(text: &str) -> String {
    let mut html = String::new();
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            html.push('\n');
        }
        let line = line.replace('\t', "    ");
        let mut behind = line.as_str();
        for piece in pieces(&line) {
            // A comment, if it is not within a text, ends the line.
            let is_text = piece.starts_with(['"', '`']);
            if let Some(at) = piece.find("--").filter(|_| !is_text) {
                html += &escaped(&behind[..at]);
                html += &marked("i", &behind[at..]);
                break;
            }
            let mark = if is_text { "q" } else { keyword(piece) };
            html += &marked(mark, piece);
            behind = &behind[piece.len()..];
        }
    }
    html
}

/// The mark of a keyword.
fn keyword(piece: &str) -> &'static str {
    if KEYWORDS.contains(&piece) { "b" } else { "" }
}

fn marked(mark: &str, piece: &str) -> String {
    let piece = escaped(piece);
    if mark.is_empty() { piece } else { format!("<{mark}>{piece}</{mark}>") }
}

/// Words, texts in quotation marks, and what is between them.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let is_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' | '`' => rest[1..].find(first).map(|at| at + 2),
            it if is_word(it) => rest.find(|it| !is_word(it)),
            _ => rest.find(|it| is_word(it) || it == '"' || it == '`'),
        };
        let (piece, behind) = rest.split_at(end.unwrap_or(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    pieces
}
