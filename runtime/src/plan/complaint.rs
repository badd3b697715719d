//! What is wrong with a runbook, in its author's words.

use std::cell::RefCell;
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

/// Everything found wrong so far. Shared by all readers of one declaration, so that a check goes on
/// after the first complaint.
#[derive(Default)]
pub(super) struct Complaints(RefCell<Vec<Complaint>>);

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
        let complaint = Complaint { path: path.clone(), message: message.into(), suggestion };
        self.0.borrow_mut().push(complaint);
    }

    /// All of them, in the order in which they were found.
    pub(super) fn into_list(self) -> Vec<Complaint> {
        self.0.into_inner()
    }
}
