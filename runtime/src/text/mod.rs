//! Texts, whatever they are about.
//!
//! - [`plain()`]: a text from a script, made fit for a terminal.
//! - [`hex`]: bytes as hexadecimal digits.
//! - `read`: reading a text that means something.

pub mod hex;
pub(crate) mod plain;
pub(crate) mod read;

pub use plain::plain;
