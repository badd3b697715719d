//! Where in a declared table something stands: `waves[2].depends_on`.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::text;

/// The way from the declared table to one of its values. Items count from 1, as in Lua.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Segment>);

/// How much of a field's name a path keeps: more than any sentence repeats.
const LONGEST_NAME: usize = 400;

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Into the field of that name.
    Field(String),
    /// Into the list's item of that number, from 1.
    Item(usize),
}

impl Path {
    /// The declared table itself.
    pub fn root() -> Path {
        Path::default()
    }

    /// The field `name` of what stands here.
    #[must_use]
    pub fn field(&self, name: &str) -> Path {
        // Every path below holds it once more: a name too long to read would be a burden.
        let end = name.floor_char_boundary(LONGEST_NAME);
        self.then(Segment::Field(name[..end].to_owned()))
    }

    /// The item `number` of what stands here, from 1.
    #[must_use]
    pub fn item(&self, number: usize) -> Path {
        self.then(Segment::Item(number))
    }

    /// The steps from the declared table.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    fn then(&self, segment: Segment) -> Path {
        let mut segments = self.0.clone();
        segments.push(segment);
        Path(segments)
    }

    /// What a sentence calls it: `` `pause` ``, ``item 2 of `depends_on` ``, `a runbook`.
    pub(super) fn label(&self) -> String {
        match self.0.as_slice() {
            [] => "a runbook".to_owned(),
            [.., Segment::Field(name)] => quoted(name),
            [.., Segment::Field(list), Segment::Item(number)] => {
                format!("item {number} of {}", quoted(list))
            }
            [.., Segment::Item(number)] => format!("item {number}"),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Item(number) => write!(f, "[{number}]")?,
                Segment::Field(name) if !is_identifier(name) => {
                    write!(f, "[\"{}\"]", plain(name))?;
                }
                Segment::Field(name) if place == 0 => f.write_str(&plain(name))?,
                Segment::Field(name) => write!(f, ".{}", plain(name))?,
            }
        }
        Ok(())
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Whether Lua lets it stand behind a dot.
pub(super) fn is_identifier(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// An author's or operator's text inside a sentence: in backticks, fit for a terminal.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", plain(text))
}

/// How much of an author's text a sentence repeats.
const LONGEST_QUOTE: usize = 80;

/// The text on one line, fit for a terminal, cut to a length that one can read.
fn plain(text: &str) -> String {
    let cut: String = text.chars().take(LONGEST_QUOTE).collect();
    let dots = if text.len() > cut.len() { "…" } else { "" };
    format!("{}{dots}", text::plain(&cut, LONGEST_QUOTE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_lua() {
        let pause = Path::root().field("waves").item(2).field("pause");
        assert_eq!(pause.to_string(), "waves[2].pause");
        assert_eq!(Path::root().field("a b").field("c").to_string(), "[\"a b\"].c");
        assert_eq!(Path::root().to_string(), "");
        let long = Path::root().field(&"x".repeat(1_000_000));
        assert_eq!(long.to_string(), format!("{}…", "x".repeat(80)));
    }

    #[test]
    fn quoted_text_is_short_and_cannot_speak_to_a_terminal() {
        assert_eq!(quoted("\x1b[2Jboo\n\u{202e}"), "`\\u{1b}[2Jboo\\n\\u{202e}`");
        assert_eq!(quoted(&"x".repeat(81)), format!("`{}…`", "x".repeat(80)));
    }
}
