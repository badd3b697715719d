//! The one error that leaves a command: a code, a sentence, the places it is about, the next command
//! to type, and the exit code. Everything that the other crates can complain about becomes one of these
//! in the files beside this one; [`crate::output`] prints it.

pub(crate) mod code;
mod from_aws;
mod from_engine;
mod from_script;
mod from_store;
mod place;

pub(crate) use code::Code;
pub(crate) use place::Place;

/// A command's complaint.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// Which one; decides the exit code too.
    pub(crate) code: &'static Code,
    /// One sentence or more, without a full stop at the end.
    pub(crate) message: String,
    /// The lines of files that it is about.
    pub(crate) places: Vec<Place>,
    /// What to do next, each a sentence or a command to type.
    pub(crate) hints: Vec<String>,
}

/// What commands return.
pub(crate) type Result<T, E = CommandError> = std::result::Result<T, E>;

impl CommandError {
    /// An error without places and hints.
    pub(crate) fn new(code: &'static Code, message: impl Into<String>) -> CommandError {
        CommandError { code, message: message.into(), places: Vec::new(), hints: Vec::new() }
    }

    /// The same error, and what to do about it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> CommandError {
        self.hints.push(hint.into());
        self
    }

    /// The same error, and a place that it is about.
    #[must_use]
    pub(crate) fn at(mut self, place: Place) -> CommandError {
        self.places.push(place);
        self
    }
}
