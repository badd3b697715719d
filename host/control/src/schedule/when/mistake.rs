//! What is wrong with an expression.

use std::fmt;

use super::When;

/// A mistake in an expression: in which field, and what was meant perhaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The field, such as `hour`; `None`: the expression as a whole.
    pub field: Option<&'static str>,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What was meant perhaps: an expression that is right.
    pub meant: Option<String>,
}

impl Mistake {
    /// One of the expression as a whole.
    pub(super) fn of_all(message: impl Into<String>) -> Mistake {
        Mistake { field: None, message: message.into(), meant: None }
    }

    /// One of a field.
    pub(super) fn of(field: &'static str, message: impl Into<String>) -> Mistake {
        Mistake { field: Some(field), message: message.into(), meant: None }
    }

    /// The same, and what was meant perhaps, if that is right.
    pub(super) fn meant(mut self, expression: Option<String>) -> Mistake {
        self.meant = expression.filter(|it| it.parse::<When>().is_ok());
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = self.field {
            write!(f, "the field `{field}`: ")?;
        }
        f.write_str(&self.message)?;
        match &self.meant {
            Some(meant) => write!(f, ", did you mean `{meant}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Mistake {}
