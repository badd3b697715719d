//! The error itself.

use super::{Code, Hint, Place, code};

/// A command's complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandError {
    /// Which one.
    pub code: &'static Code,
    /// One sentence or more, without a full stop at the end.
    pub message: String,
    /// The lines of files that it is about.
    pub places: Vec<Place>,
    /// What to do next.
    pub hints: Vec<Hint>,
}

/// What commands return.
pub type Result<T, E = CommandError> = std::result::Result<T, E>;

impl CommandError {
    /// An error without places and hints.
    pub fn new(code: &'static Code, message: impl Into<String>) -> CommandError {
        CommandError { code, message: message.into(), places: Vec::new(), hints: Vec::new() }
    }

    /// The same error, and what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> CommandError {
        self.hints.push(hint.into());
        self
    }

    /// Whether it is about one execution, which cannot be read. Otherwise the store does not answer, and nothing of what
    /// is in it is known.
    pub fn is_of_one_execution(&self) -> bool {
        [code::NEWER_FORMAT, code::STORE_DAMAGED, code::NO_EXECUTION].contains(&self.code)
    }

    /// The same error, and a place that it is about.
    #[must_use]
    pub fn at(mut self, place: Place) -> CommandError {
        self.places.push(place);
        self
    }
}
