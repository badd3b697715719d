//! What is wrong with a world file, said so that its author can mend it.

use std::fmt;
use std::ops::Range;

use super::plainly::plainly;
use crate::nearest::nearest;

/// A world file that cannot be used: where, what, and what may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The field, as a path: `servers[0].replication`. Empty if the mistake has no field.
    pub field: String,
    /// What is wrong, as one sentence without its full stop.
    pub message: String,
    /// A known name close to the unknown one.
    pub suggestion: Option<String>,
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)?;
        match &self.suggestion {
            Some(name) => write!(f, ", did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for WorldError {}

/// Something wrong at a place in the text; [`super::read`] knows the text and makes it a
/// [`WorldError`].
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) span: Option<Range<usize>>,
    pub(super) message: String,
    pub(super) suggestion: Option<String>,
}

impl Mistake {
    pub(super) fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span: Some(span), message: message.into(), suggestion: None }
    }

    /// Something that is wrong nowhere in particular.
    pub(super) fn of_the_whole(message: &str) -> Self {
        Self { span: None, message: message.to_owned(), suggestion: None }
    }

    pub(super) fn suggesting<'a>(
        mut self,
        written: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.suggestion = nearest(written, known);
        self
    }

    /// Lists what could have been written, unless one of them is already suggested.
    pub(super) fn listing(mut self, known: &[&str]) -> Self {
        if self.suggestion.is_none() {
            self.message = format!("{}; known are {}", self.message, known.join(", "));
        }
        self
    }

    /// Gives a mistake without a place of its own the place of what it is part of.
    pub(super) fn within(mut self, span: &Range<usize>) -> Self {
        self.span.get_or_insert_with(|| span.clone());
        self
    }

    /// Says plainly what serde says. Of an unknown name, ``unknown field `relication`, expected one of
    /// `name`, `replication` ``, it turns the list into a suggestion. `also_known` names fields
    /// that were read before, and are missing in that list.
    pub(super) fn from_toml(error: &toml::de::Error, also_known: &[&str]) -> Self {
        let message = error.message().lines().next().unwrap_or_default();
        let mut names = message.split('`').skip(1).step_by(2);
        let mistake = |message: &str| Self {
            // That is the span of the document as a whole.
            span: error.span().filter(|span| *span != (0..0)),
            message: plainly(message),
            suggestion: None,
        };
        let (true, Some(written)) = (message.starts_with("unknown "), names.next()) else {
            return mistake(message);
        };
        let also_known = if message.starts_with("unknown field ") { also_known } else { &[] };
        let mut known: Vec<&str> = names.collect();
        let missing = also_known.iter().filter(|name| !known.contains(name));
        known.extend(missing.copied().collect::<Vec<_>>());
        let said = message.split(", ").next().unwrap_or(message);
        mistake(said).suggesting(written, known.iter().copied()).listing(&known)
    }
}

impl From<toml::de::Error> for Mistake {
    fn from(error: toml::de::Error) -> Self {
        Self::from_toml(&error, &[])
    }
}
