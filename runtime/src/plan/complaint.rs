//! What is wrong with a runbook, in its author's words.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::Serialize;

use super::path::Path;

/// One thing that is wrong with a declared table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Complaint {
    /// The field it is about; for a field that is missing, the table that lacks it.
    pub path: Path,
    /// One sentence, without a full stop: ``unknown field `depend_on` ``.
    pub message: String,
    /// What the author probably meant, to be put in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.segments().is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, ", did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

/// So many are told: their author mends these first, and a loop that makes a million wrong tables is one mistake.
const MOST: usize = 50;

/// Everything found wrong so far. Shared by all readers of one declaration, so that a check goes on
/// after the first complaint.
#[derive(Default)]
pub(super) struct Complaints {
    told: RefCell<Vec<Complaint>>,
    untold: Cell<usize>,
}

impl Complaints {
    /// Notes a complaint.
    pub(super) fn add(&self, path: &Path, message: impl Into<String>) {
        self.add_with(path, message, None);
    }

    /// Notes a complaint, with what was probably meant.
    pub(super) fn add_with(
        &self,
        path: &Path,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) {
        if self.is_full() {
            self.untold.set(self.untold.get() + 1);
            return;
        }
        let complaint = Complaint { path: path.clone(), message: message.into(), suggestion };
        self.told.borrow_mut().push(complaint);
    }

    /// Whether further ones are only counted: what was probably meant need not be looked for.
    pub(super) fn is_full(&self) -> bool {
        self.told.borrow().len() >= MOST
    }

    /// The first of them, in the order in which they were found, and how many more there are.
    pub(super) fn into_list(self) -> Vec<Complaint> {
        let mut told = self.told.into_inner();
        let untold = self.untold.get();
        if untold > 0 {
            let message = format!("and {untold} more that are not listed");
            told.push(Complaint { path: Path::root(), message, suggestion: None });
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_complaints_are_told_and_the_others_counted() {
        let complaints = Complaints::default();
        for number in 1..=MOST + 7 {
            complaints.add(&Path::root().item(number), "wrong");
        }
        let told = complaints.into_list();
        assert_eq!(told.len(), MOST + 1);
        assert_eq!(told[MOST - 1].to_string(), format!("[{MOST}]: wrong"));
        assert_eq!(told[MOST].to_string(), "and 7 more that are not listed");
    }
}
