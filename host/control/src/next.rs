//! The next step that an operator can take, as data. A face says how: the command line as something to type.

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Give the value of a secret param once more, and go on.
    GiveSecret {
        /// The execution's id.
        execution: String,
        /// The param's name.
        param: String,
    },
}
