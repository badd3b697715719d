//! JSON as a person has written it, with comments and in an order of their own: where its fields stand, so that one of
//! them can be changed and all else stays as it is.

use std::ops::Range;

/// Nothing that a person writes is nested more deeply; and a reader has a stack.
const DEEPEST: usize = 100;

/// A field of an object, as it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    /// The bytes of its value.
    pub(super) value: Range<usize>,
}

/// An object, as it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    /// The byte behind its opening brace.
    pub(super) inside: usize,
    /// Its fields, in order.
    pub(super) fields: Vec<Field>,
}

/// The object that begins at or behind this byte; `None` where there is no object, or one that cannot be read.
pub(super) fn object(text: &str, from: usize) -> Option<Object> {
    Reader { text, at: from, depth: 0 }.object()
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// How many objects and lists are open.
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes over blanks, a mark of the order of bytes, and comments: those of Luau and those of editors.
    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            let blank = |it: char| it.is_whitespace() || it == '\u{feff}';
            let bare = rest.trim_start_matches(blank);
            let long = ["--", "//"].iter().any(|it| bare.starts_with(it));
            let skipped = if long {
                bare.find('\n').unwrap_or(bare.len())
            } else if bare.starts_with("/*") {
                bare.find("*/").map_or(bare.len(), |end| end + 2)
            } else {
                0
            };
            self.at += rest.len() - bare.len() + skipped;
            if skipped == 0 {
                return;
            }
        }
    }

    fn takes(&mut self, letter: char) -> bool {
        self.blanks();
        let is_there = self.rest().starts_with(letter);
        self.at += if is_there { letter.len_utf8() } else { 0 };
        is_there
    }

    fn object(&mut self) -> Option<Object> {
        if !self.takes('{') {
            return None;
        }
        let (inside, mut fields) = (self.at, Vec::new());
        while !self.takes('}') {
            self.blanks();
            let name = self.at;
            self.string()?;
            let name = serde_json::from_str(&self.text[name..self.at]).ok()?;
            if !self.takes(':') {
                return None;
            }
            self.blanks();
            let value = self.at;
            self.value()?;
            fields.push(Field { name, value: value..self.at });
            // A comma behind the last one is taken by Luau too.
            if !self.takes(',') && !self.rest().starts_with('}') {
                return None;
            }
        }
        Some(Object { inside, fields })
    }

    fn string(&mut self) -> Option<()> {
        let mut letters = self.rest().strip_prefix('"')?.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at += at + 2;
                    return Some(());
                }
                '\\' => {
                    letters.next();
                }
                _ => {}
            }
        }
        None
    }

    fn value(&mut self) -> Option<()> {
        self.blanks();
        self.depth += 1;
        let value = if self.depth > DEEPEST { None } else { self.one() };
        self.depth -= 1;
        value
    }

    fn one(&mut self) -> Option<()> {
        match self.rest().chars().next()? {
            '"' => self.string(),
            '{' => self.object().map(drop),
            '[' => self.list(),
            _ => {
                let is_word = |it: char| it.is_ascii_alphanumeric() || "+-.".contains(it);
                let end = self.rest().find(|it| !is_word(it)).unwrap_or(self.rest().len());
                let word = &self.rest()[..end];
                serde_json::from_str::<serde_json::Value>(word).ok()?;
                self.at += end;
                Some(())
            }
        }
    }

    fn list(&mut self) -> Option<()> {
        self.at += 1;
        while !self.takes(']') {
            self.value()?;
            if !self.takes(',') && !self.rest().starts_with(']') {
                return None;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_between_comments() {
        let text = "\u{feff}// mine\n{ -- of Luau\n \"a\\\"b\": [1, {\"c\": \"}\"},], /* and */ \"d\": true, }";
        let found = object(text, 0).expect("an object");
        let shown: Vec<(&str, &str)> =
            found.fields.iter().map(|it| (it.name.as_str(), &text[it.value.clone()])).collect();
        assert_eq!(shown, [("a\"b", "[1, {\"c\": \"}\"},]"), ("d", "true")]);
        assert!(text[..found.inside].ends_with('{'));
    }

    #[test]
    fn what_is_no_object_is_none() {
        let deep = format!("{{ \"a\": {} }}", "[".repeat(100_000));
        assert_eq!(object(&deep, 0), None);
        for text in ["", "[]", "{", "{ \"a\" }", "{ \"a\": }", "{ \"a\": 1 \"b\": 2 }", "{ a: 1 }"]
        {
            assert_eq!(object(text, 0), None, "{text}");
        }
    }
}
