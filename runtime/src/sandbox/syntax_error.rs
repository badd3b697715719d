//! What is said of a source that does not compile.

/// A module that does not compile: where and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) line: usize,
    pub(super) message: String,
}

impl SyntaxError {
    /// Reads the compiler's `line: message`.
    pub(super) fn read(message: &str) -> SyntaxError {
        let located = message.split_once(": ").and_then(|(line, message)| {
            Some((line.trim_start_matches(':').parse().ok()?, message))
        });
        let (line, message) = located.unwrap_or((1, message));
        SyntaxError { line, message: message.to_owned() }
    }
}
