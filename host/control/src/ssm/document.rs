//! The documents of Systems Manager that run runbooks.
//!
//! - [`command`]: schema 2.2, which an agent runs on an instance. `script` is what it runs there; `source` is where
//!   runbooks come from.
//! - [`automation`]: schema 0.3, which starts that document, asks a person where it pauses, and goes on.

pub mod automation;
pub mod command;
mod script;
pub mod source;

use serde_json::Value;

/// The name of the command document, unless an operator chooses another.
pub const NAME: &str = "Moontide-Run";

/// AWS takes a document of this size at most, its parameters included.
pub const LARGEST: usize = 64 * 1024;

/// A document as it is written to a file: JSON, which is YAML too.
pub fn text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// Whether it can be the name of a document of this account.
pub fn is_name(name: &str) -> bool {
    let fits = |it: char| it.is_ascii_alphanumeric() || "_.-".contains(it);
    let is_reserved =
        ["aws", "amazon", "amzn"].iter().any(|it| name.to_lowercase().starts_with(it));
    (3..=128).contains(&name.len()) && name.chars().all(fits) && !is_reserved
}
