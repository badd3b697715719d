//! A line of a file that an error is about.

use moontide_runtime::plan::LONGEST_LINE;
use schemars::JsonSchema;
use serde::Serialize;

/// Where, and what about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// The file, as its author knows it.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The character in the line, from 1.
    pub column: Option<usize>,
    /// The whole line, where it could be read.
    pub source_line: Option<String>,
    /// What is wrong there, when the error's own sentence does not say it.
    pub message: Option<String>,
}

impl Place {
    /// A line of a source that is at hand.
    pub fn in_source(file: &str, line: usize, source: &str) -> Place {
        let source_line = line.checked_sub(1).and_then(|at| source.lines().nth(at));
        let source_line = source_line.filter(|line| line.len() <= LONGEST_LINE);
        Place {
            file: file.to_owned(),
            line: Some(line),
            column: source_line.map(first_character),
            source_line: source_line.map(str::to_owned),
            message: None,
        }
    }

    /// `file:line:column`, as far as it is known.
    pub fn position(&self) -> String {
        let numbers = [self.line, self.column].into_iter().flatten();
        numbers.fold(self.file.clone(), |text, number| format!("{text}:{number}"))
    }
}

/// The column of the first character that is not white space.
fn first_character(line: &str) -> usize {
    line.chars().take_while(|character| character.is_whitespace()).count() + 1
}
